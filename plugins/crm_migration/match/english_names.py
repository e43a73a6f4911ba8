"""English given names, with the forms that they have in the rest of Europe."""

ENGLISH = """
aaron aron ron ronnie; abigail abby abbie gail; abraham abe bram abram; adam ad addy adamo adan; adelaide addie heidi
adele adelheid della; adrian ade adriano adrien hadrian; agatha aggie; agnes aggie nessie agnese ines inez; alan allan
allen al alain; albert al bert bertie alberto beto; alexander alex alec alexandre alejandro alessandro aleksandr
aleksander alexandros alexandru sander sandy sascha sasha xander ale alastair alistair alasdair aleksandar oleksandr
sandro xandi lex zander; alexandra alex alexandrine aleksandra lexi sandra sandy sascha sasha alexa alessandra
alejandra ale sandrine alexandria xandra alix oleksandra lexie; alexis alexia lexi; alfred al alf fred alfredo alfie
freddy; alice ali alicia alix alise alyce; alison ali allison allie; amanda mandy mandi; amelia amy millie amelie; amy
aimee; andrea andie drea; andrew andy drew andre andreas andres andrei andrej andrzej andrey andri anders andrii
andras andries; angela angie angelina angelika angelique angelica angel; angelo angel; anita ani; ann anna anni annie
anja anya ana nancy anne ania ani; anthony tony antoine anton antonio antonius toni antony antoni anthoni tonino nino
ton toon teun antonis; antonia toni tonia antonie antoinette nettie antonella tonya antonina; archibald archie; arnold
arnie arno arnaud arnaldo; arthur art artie arturo artur; augustus august gus augie augusto auguste agustin agostino
augustin; barbara barb barbie babs basia babsi barbro barbora bobbie babette barbel varvara; barnaby barney barnabas;
bartholomew bart barth bartolome bartolomeo bartholomaus bartosz barthelemy bartlomiej; beatrice bea trixie beatrix
beatriz bettina bia beate bee; belinda bel linda lindy; benedict ben benedikt benedetto benoit benito benni bene
benedicto; benjamin ben benny benji benni benoni beniamino bennie; bernadette bernie detta bernadetta; bernard bernie
bernd bernhard bernardo bernt barnard berndt; bertha bertie berta; bertram bert bertie bertrand; beverley bev beverly;
blair blaire; bradley brad bradford; brenda bren; brendan bren brandon brenden; brian bryan bri bryant; bridget biddy
bridie brigitte birgit brigitta birgitta brigida gitta gitte britta brita brit; bruce brucie; calvin cal; cameron cam;
camilla camille milla millie cami camila; candace candy candice; carl karl carlos carlo karel kalle karol carel calle;
carla karla karola carola; carmen carmela carmelita; carol carole caroline carrie carry; caroline carolin karolin
karoline carolina carrie caro carolyn carol karolina; casey kasey; cassandra cass cassie sandra; catherine cathy kate
katie kathy kathryn katherine katharina katrin kathrin catalina caterina kitty cate kasia kati kathi kathie cat katja
katya katarina katharine catarina kay kat trina katy cathrin catrin cathrine katerina ekaterina yekaterina kateryna
katarzyna katalin katka katinka kaat katrine katri; cecilia cecily celia cissy cis sissi cecile cilla cecilie; cedric
rick ced; celeste celestine; charlene charlie; charles charlie chuck chas carlos charly karl carlo chip chaz carl
karel; charlotte lotte charly lottie charlie lotta carlotta carlota charlott lotti charlotta; chelsea chels; christian
kristian cristian christiaan chris christiano cristiano krystian kris chretien; christina christine christa chris tina
kirsten kristina kristin christiane christin christel kristine christi crissy chrissy kirstin cristina krystyna stina
stine kersti tine kicki kerstin kiki chrissi kirsty kristen krista; christopher chris christoph christophe kit topher
cristobal christof kristof krzysztof cristoforo kristoffer christos kristopher stoffer kris christo christoffer;
claire clare clara klara chiara claira klaartje; clarence clarrie; clement clem clemens clemente klemens; clifford
cliff clifton; clive; colin col; colleen; constance connie constanze konstanze costanza constanza constanta;
constantine konstantin constantin costa kostas kostya konstantinos costel costantino constantino costas konstantinas;
corinna corinne rina corina korinna corrie; cornelia nelly conny nele corrie cora connie nelli; cornelius con corneel
conny cornel kees cor cornelis; courtney court; craig; curtis curt kurt; cynthia cindy cyndi; cyril cy kirill cyrille
cirillo; daisy; dale; damian damien damiano; daniel dan danny daniele dani danilo daniil danel dannie danyal; daniela
danielle dani danni danuta dana; darren daz daryl; david dave davy davide dai dawid davey dov; dean; deborah deb
debbie debra debora debby; denise denisa; dennis denny denis den dionysius dionisio; derek del derrick rick; desmond
des dez; diana diane dianne di diann dyan; dominic dom nick dominik dominick domenico domingo mimmo domi nic;
dominique domi dom; donald don donnie donny; donna donatella; doreen dora; doris dorrie dora; dorothy dot dottie
dorothea dora thea dolly dodie dorota dorotea dorothee dorit dorle doro; douglas doug dougie; duncan dunc; dwayne
duane; dylan dyl; edgar ed eddie edgardo; edith edie edyth edita edit; edmund ed eddie ted ned edmond edmondo edi;
edward ed eddie ted ned teddy eduardo eduard edouard edi edvard edoardo edu lalo dudu neddy teddie; edwin ed eddie
edi; eileen aileen eily ilene; elaine ellie lainey; eleanor ellie nora eleonora eleonore nell nelly elinor eleanora
leonore norah elly; elias eli ilias ilya elia elijah; elijah eli elias; elizabeth liz beth betty eliza lisa elisabeth
betsy lizzy libby elsie bettina elise bess bessie buffy lise lisbeth liesl liesel lisi lizzie lissi elisabetta betta
erzsebet elzbieta liisa liisi elsbeth lilibet lib alzbeta eliska betti sisi sissy betje liesbeth lisette elisabet
elisaveta yelizaveta liza lizette elspeth; ella el elle; ellen nell nelly helen; emil emilio emile; emily emmy milly
emilia emilie em millie emilka; emma em emmy emmi ema; emmanuel manny manuel emanuel manolo manu immanuel emanuele
manolis; eric erik erich aric eirik rick ricky erico; erica erika ricky rika; ernest ernie ernst ernesto erno; esther
essie hester ester hettie estera; ethel ettie; eugene gene eugen evgeny eugenio yevgeny; eugenia genie gina eugenie
evgenia zhenya evgeniya; eva eve evie evita yvi evi; evelyn eve evie evelin evelyne evi eveline evelina; ewan euan
ewen owen; felicity fliss flick felicitas lissy; felix felice feliks lix feli; ferdinand ferdi fernando ferdl nando
ferd fernand ferran; fiona fi fee; florence flo florrie flossie fiorenza florentia flora flossy; frances fran franny
francesca franziska francoise fanny frankie francine sissy franzi cissy; francis frank francisco francesco franz
francois paco pancho fran franciszek frans frankie franjo franco ferenc frantisek franci chico paquito curro cesc
francesc checco frankl franzl ferry frens; franklin frank frankie; frederica friederike frederike freddie fritzi rike
rika ricky federica freda frieda frida; frederick fred freddy friedrich fritz frederic federico rick frederik fredrik
frederico frits fede fridolin fryderyk freddie bedrich; gabriel gabe gabor gabriele gabry gavriil gavril; gabrielle
gabi gabriela gabriella gaby gabby gabriele ela elle gabe; gareth gaz garth; gary garry gaz; gavin gav gawain; gemma
gem jemma; genevieve ginny viv eve genoveva genoveffa gen; geoffrey geoff jeff jeffrey gottfried godfrey geoffroy
jeffery geoffry; george georg jorge jurgen giorgio georges jorg georgie jordi georgios gheorghe jerzy gyorgy juergen
joerg schorsch jiri georgi yuri yorgos giorgos georgy goran djordje gosha jerry joris juri jorgen jurij jurek geo;
georgina georgia georgette georgie gina georgiana georgine; gerald gerry jerry gerhard gerd geraldo gerard gert gerrit
gerardo; geraldine gerry geri jerry; gerard gerry gerardo gerhard gerrit gherardo gerd; gertrude trudy gerti trude
gertie trudi traudl gertrud truus geertruida trudel gertraud gertraude geertje; gilbert gil bert gilberto; gillian
gill jill gilly jillian gilian juliana; gladys glad; glenn glen glyn; gloria glory; grace gracie grazia gracia
graciela gratia grazyna; graham gray graeme grahame; gregory greg gregor gregg gregorio grzegorz grigori grigory
grigorios grisha gregoire gregers grigor grega; gustav gus gustavo gustave gustl gusti gustaf guga gusztav kusti; guy
guido vito; gwendolyn gwen wendy gwendoline gwenda; hannah hanna hanne hannelore hanka nan johanna hana hannerl;
harold harry hal harald harrold haroldo; harriet hattie harriett hatty etta; hayley hailey haley; hazel haze; heather
heath; heidi adelheid; helen helena helene ellen nell lena leni nellie elena lene eleni ileana leena yelena jelena
olena ela; henrietta harriet hattie henriette etta hettie henny enrica jetta jette henrike enriqueta; henry hank harry
hal heinrich henri hendrik henrik enrique enrico heinz henrique henning heikki henryk henk rik arrigo kike quique
heini; herbert herb bert herbie bertl heribert heriberto; hermann herman harry armando armand germano menno hermanus;
hilary hil hilaria hilly; hilda hildy hilde hildegard hildegarde brunhilde; horace harry horatio orazio; howard howie
ward; hubert bert hubertus bertie hubi uberto; hugh hughie hugo ugo hugues huw hew; ian iain ean; ida idel; ignatius
iggy ignacio nacho ignaz ignazio ignace ignacy inaki naz inigo; imogen immy imo imogene; irene renie irena rena irina
reni irini iren; iris; irma imma; irving irv irvin ervin; isaac ike zac izaak isaak zak isak itzhak; isabella isabel
bella izzy isabelle isabell bell isa ysabel isobel belle iza isabela tibby ishbel bel; ivan john johann vanya; jacob
jake jakob jacques jack jacobo giacomo jacopo jaap jakub jacobus jaako jaakko jakov kuba jacub jeppe sjaak yakov iacob
jaume; jacqueline jackie jacky jacquelyn jaclyn jacki jacklyn jacquie jacquelin jaqueline; james jim jimmy jamie jaime
jem jimmie jameson iago jago giacomo jay; jane janie jayne janey jeannie; janet jan jannet janette; janice jan janis;
jasmine jaz yasmin jasmin jazmin yasmine jasmina yasmina; jason jay jase jayson giasone; jean jeanie jeannie; jennifer
jen jenny jenn jeni jenni jennie jenna jenifer jenefer ginevra genny jeny; jeremy jerry jeremiah jem jez jeremias
jeremie geremia; jerome jerry gerome hieronymus geronimo jeronimo girolamo hieronim; jessica jess jessie jessy gessica
jes; jill gill gillian; joachim jochen achim jochim joaquin gioacchino jo kim joaquim joakim hajo jochem; joan joanie;
joanna jo joanne johanna hanna giovanna joann joana asia ioanna joasia juana yoanna; jocelyn joss; joel yoel; john
johnny jack jon johann johannes hans juan johnnie jonny giovanni joao johan ivan janos ioannis jock; jonathan jon
jonny johnathan jonathon johnny jonatan jonte; jordan jordi judd jordy; joseph joe joey josef jose giuseppe pepe sepp
josip jozef beppe peppe pepito beppo jupp joop pino joseba joschi iosif jozsef yosef josep pep peppino sepperl jo joss
zef jef osip bepi yousef jusuf yusuf josephus ze jojo jody jos; josephine jo josie josefine josefa josefina pepita
pepi pepa josette giuseppina fina jozefina pina giusy josephina finni josy josi josiane fifi seffi; joshua josh giosue
josue joschua jozua; joyce joy jo; judith judy jutta judi giuditta juditha judit; julia julie juliane giulia juliana
julienne juli yulia yuliya giuliana iulia jules iuliia julka julianna juliya; julian julius giuliano julio jules jule
giulio julien jolyon juliano gyula; julius jule julio jules giulio gyula; june junie; justin just justus giustino;
justine justina tina giustina; karen carin karin caren karina; keith; kelly kel kelli; kenneth ken kenny kent; kerry
keri kerri; kevin kev; kieran kier ciaran; kimberly kim kimmy; kirk; kyle; lancelot lance launcelot; laura laurie lori
lora laure lolly laurette lauretta; lauren laurie loren ren; laurence larry lawrence laurent lars lorenz lorenzo
laurie law lorne laurens laurentius renzo rens enzo lasse lauri larse lauritz laurits lawrie laz; leah lea leia; leo
leopold lio; leon leo; leonard leo len lenny leonardo leonhard lenard lenni nardo lennard lennart lens leendert;
leonie leona; leopold leo poldi leopoldo poldo leupold; leroy roy; leslie les lesley lez; lillian lily lil lilly
lilian lili liliana lillie; linda lindy lyn belinda lynda; lindsay lin lindsey lindsy; lionel leo lionello leon; lois;
lorraine lorrie lori lolo; louis lou lewis ludwig luis luigi louie luiz lajos ludovic lutz wiggerl lodewijk gigi gino
lluis luisito lui ludovico lode ludvik ludvig lew; louise louisa lou luisa luise lulu isa lovisa gina luigia luigina
luiza; lucas luke luca lukas luc luka lukasz loukas luk lucca lukash lluc; lucille lucy lucie lucinda lucila; lucy
lucia luzie lucie luce lucilla lucinda luz lucinka; lydia lyd lidia liddy lidiya lidija; lynn lyn lynne linn lynette
linda; mabel mab amabel; madeleine maddie madeline maddy madelaine lena magdalena madge madalena; malcolm mal malky
calum; marcus mark marc marco markus; margaret maggie meg peggy margarete margarethe rita greta gretchen marge margit
marguerite margarita daisy grete gretel margot margo mags madge marjorie margret gretl greet griet malgorzata gosia
marketa margherita margarida margareta margaretha peg meggie maisie margery marga grit gritt greetje margareth gretje
margrit margriet magga gretli; maria mary marie mia maja molly polly mimi marija mariya masha mari marika mitzi mizzi
ria mariechen miep mieke riet maiken marjo maija mara maruska mariska maryla marysia mayte maite maire mae may moll
mami mamie mariel maryja; marianne mariana marianna mariann janne maryanne; marilyn mal marylin lyn marilin; marina
rina; mario; marion; marjorie marge margie marj margery margaret jorie; mark markus marc marco marek marko marcos
markos marci marq; marlene marleen lene marlen leni marlena magdalena lena marlies; marshall marsh; martha marty patty
marta martje mattie marthe; martin marty martino martyn mart marten maarten marcin tin martijn merten morten martinho
marton tino; martina tina tini martine marty; matilda tilly tilda mathilde mathilda maud matty mattie tilli mechthild
thilde til tille; matthew matt matthias matthieu mateo matteo mats mathias matze mattis mathieu matty mateusz matthaus
matias mathis matti matteus matz matej mads mattheus thies hias hiasl teo matthijs thijs mathijs matija macko maciej
mato matheus; maude maud maudie; maureen mo reenie moreen; maurice mo moritz mauricio maurizio maury morris mauritz
maurits; maximilian max maxim massimo maxi maximiliano massimiliano maximilien maxl maks maximus maxime massi; maxine
maxie; melanie mel mellie melly meli melania; melinda mel mindy lindy; melissa mel missy lissa; melvin mel melvyn;
mercedes merche sadie mercy merced; meredith merry; michael mike mick mickey michel miguel mikhail michal misha mikey
mitch mikael michail michiel mikko maik michi miky micha mihail mihai mischa mico micky mikel michl mihaly mikolo
miquel michalis mihailo micke mikkel mickael chiel misi mykhailo mykhaylo meik miki misko miska miguelito; michaela
micha mickie mikaela micaela michi michalina kayla ela michela mickey miki mihaela mikayla; michelle shelly shell
michele missy chelle shelley mitzi mishelle; mildred millie milly mil; millicent millie milly melisande; miranda randy
mandy mira mindy; miriam mimi mirjam myriam mim miri mirijam mariam maryam; mohammed mohamed muhammad mohammad
muhammed mehmet mo mohamad mohamet mohd mamadou muhamed muhammet muhamad; monica mona monika nica monique moni; morgan
mo morgane; muriel mu; nadia nadya nadja nadezhda nadiya; nadine dina nady; nancy nan nance ann; naomi noemi noemie
nomi; natalie nat natalia natascha natasha nathalie talia nataliya natalya nata nataly natalija natalka tasha natasa
tata talya; nathan nat nate nathaniel; nathaniel nat nate nathan nathanael natanael; neil niall neal nels neill nell;
nelson nels; nicholas nick nico nicolas niklas nikolaus klaus nikolai nicky mikolaj nikolas niko nicolai nikolaj claus
nicolae nikos nikola nikolaos klaas nicolaas niclas nic nicu mikulas miklos mykola kolya nikolay claas miko nicolau
nikki nicol nicolo; nicola nicky nico nikki nic; nicole nicky nikki nici nicolette nico niki nic nikole niky coco;
nigel nige niguel; noel noe natale; noelle noella; nora norah eleanor leonore honora noor; norman norm normie normand;
oliver ollie olivier oli oliviero olly olli noll oliverio nolly; olivia liv livia ollie olive livvy oliwia livi; oscar
oskar ossi ozzie ossie oskari; oswald oz ozzie osvaldo waldi; pamela pam pammy pammie; patricia pat patty tricia trish
patrizia patti trisha patsy tish pattie patrycja patsi patrice; patrick pat paddy patrizio patricio patrik patric
padraig packy pady patryk; paul paulo pablo paolo pavel pawel pauli pauly pablito pol paulus pal pavlo pavlos pasha
paavo pau poul paulinho pavao; paula paulina pauline pauli polly paola pavla paulette pavlina pola; pearl pearlie;
penelope penny pen nell penni penney pip penelopa nelope; peter pete piotr pedro pietro pierre petr piet pieter petros
petar pekka peer petter peder per petru petri perry peterl peadar pit petrus piero pero petya piers pierrot petrik
pere peti petyr petko pjotr pjetr pelle; petra petronella; petronella nelly petra nel petronilla pernilla pernille;
philip phil phillip philipp felipe filippo philippe pip filip flip fil pippo philippos feli fulop filips lippi;
philippa pippa pip phil filippa philipa filipa; phyllis phyl phil phillis; polly; priscilla pris cilla prissy priska;
quentin quin quinten quintin quinn; rachel rae raquel rachael shelly rahel rach rachele rachelle rakel ray; ralph ralf
rafe raoul raul raff; randolph randy dolph; raphael rafael raffael rafe raf raffaele rafa rafal raffi rapha raffaello
rafi raff; raymond ray raimund ramon raimundo raimondo raymund reimund raimond mundl moncho; rebecca becky becca bec
reba rebekah rebekka becki beck becks bex rivka beca; reginald reg reggie reynold rex rinaldo reinhold reinaldo;
renate renata reni nate natchen; rene renatus renato; renee rena; rhonda ron ronda; richard rick dick rich richie
ricardo riccardo ricky rickey rik rico ryszard hick ritchie dickie dicky rickard richi riki richy rikard ricard cardo
rysiek; rita; robert bob rob bobby robbie bert roberto robby robi bertl beto dob bobbie rab robb bobi robertas;
roberta bobbie robbie bobby berta robina; robin rob; roderick rod roddy rick rory rodrigo roderich rodrik rodrigue;
rodney rod; roger rodger ruediger rudiger rutger ruggero rogelio hodge rog rogerio; roland rolly orlando rolando rollo
rowland roly rolland; ronald ron ronnie ronny ronaldo renaldo ronal; rosalie rose rosie rosalia rosa; rosalind ros roz
rosie rosalinda; rosamund ros roz rosamunde rosamond rosie; rose rosa rosie rosi rosita rosina roza rosel roselyn
rosetta rosl roos; rosemary rosie rosemarie romy romi rosmarie; rowena row ro; roy leroy; rudolf rudi rolf rodolfo
rudolph rudy dolf rudl ruedi rezso dolph; rupert robert rupprecht; russell russ rusty russel; ruth ruthie rut; ryan
ry; sabina bina sabine bine; sabrina bri brina; sally sal sarah; samantha sam sammy sammie mantha samy; samuel sam
sammy samuele sami sammie samy samu samuil shmuel; sandra sandy sandie cassandra alexandra; sarah sally sara sadie sal
sallie; scott scotty scottie; sebastian seb basti bastian bastien sebastien sebastiano bas wastl sebi sebastiaan baste
sebo bastl; sergei serge sergio sergey sergej sergi serhiy serhii seryozha serhij sergiu sergii; shane sean shayne;
sharon shaz shari; sheila shelagh sheilah; shirley shirl lee sherry; sidney sid sydney syd; silvester sly sylvester
silvestro vester silvestre; silvia sylvia silvie sylvie sylwia sylvi silvy; silvio; simon simeon sim sime szymon simo
siem simao simeone shimon semyon simun sy si simonas ximo semen; simone simona mona moni; sofia sophia sophie sofie
zofia sofi sonya zosia sofya soph sofija fieke fia fifi sofiya zsofia; spencer spence; stacey stacy anastasia; stanley
stan stanislav stanislaw stanislaus stas stanislao stani stasek staszek estanislao standa stane stanko; stella estella
estelle; stephanie steph steffi stefanie stefania stephany stefany estefania fanny stefi steffie fannie stephania
steffy stevie stefka stefani; stephen steve steven stefan stephan stefano esteban etienne steffen stephane stevie
stephanus stefanos stipe stjepan steffel istvan steph stepan stefaan stefanus stevo estevao fane fanel szczepan steffo
estebe esteve; stuart stu stewart stew; susan sue susie suzanne susanne susanna suzy sanna susi zuzana susana susann
susannah suse suzan zsuzsanna zsuzsa suzie sanne suzana zuzanna shoshana zuza suzette zuzka zsuzsi suze sukey susy
sussi sannie zuzia sanni; sylvia syl silvia sylvie silvie; tabitha tabby tab; tamara tammy mara tamar; tanya tanja
tania tatiana tatjana tetiana tatyana taniya; tatiana tanya tanja tania tatjana tetiana tatyana tata; terence terry
terrence tel terrance terenzio; thelma thel; theobald theo tibold tibaut thibault thibaut thibaud; theodore ted teddy
theo theodor teodoro teodor feodor fyodor fedor tudor tivadar todor theodoros thodoris dorus; theresa terry tess tessa
therese teresa resi tereza theresia terese teresita tessie resl tere terka terezia teressa maite reese tes thea;
thomas tom tommy tomas tommaso thom tomasz tamas toma maso tommie tuomas tomi tomek foma tomaz thommy tomasso tam
tome; tiffany tiff theophania; timothy tim timmy timo timotheus timoteo timothee timofey timothe; tina; tobias toby
tobi tobia tobin tobe tobie; tracy trace tracey; travis trav; trevor trev; valentine val valentin valentijn valek
walenty balint; valerie val valeria; vanessa nessa nessie van vanesa vany; vera wera vierka; vernon vern; veronica
vera ronnie veronika nicky vroni veronique ronni nika vreni frony verena verca weronika roni; victor vic viktor
vittorio vito wiktor vick viktors vitor; victoria vicky tori viktoria vicki vick vittoria vickie tory vikki viki vika
wiktoria vicka viky; vincent vince vinny vincenzo vicente enzo vinzenz vinnie vin cenzo vinzent vincens cente chente
vikentios; viola violet violetta vi violette wioletta; virginia ginny ginia virginie gini; vivian viv vivienne viviana
vivien bibiana; wallace wally wal; walter wally walt walther gualtiero wolter gauthier wat gualterio valter walti;
warren; wayne; wendy wen gwendolyn; wilfred wilf fred wilfried will willi freddy vilfredo wilfredo; william will bill
billy liam willy wilhelm guillermo willie wills guillaume willem willi guglielmo wim gwilym; winifred winnie freda win
winnifred wyn; winston win; xavier xavi javier javi xaver saverio xaverl savier zavier veri xav; yvonne von yvi evonne
vonnie ivonne yvette; zachary zach zack zac zachariah zak zacharias zacharie zaccaria zackary zachery; zoe zoey zoi
"""
