"""Given names of the German, Nordic and Romance languages, composites, and names that are nobody's short form.

A rare name that is one letter short of a frequent one is left out: beside the same mailbox it is a slip of the pen.
"""

GERMANIC = """
achim joachim jochen; adelheid heidi adele heide alheit; adolf dolf adi adolph adolfo; alois lois luis aloys aloysius
louis loisl aloisius loiserl luigi alojz; aloisia luise loisi lois; ambros ambrosius brosi ambrogio; arend arnd arndt
arne arnold arno; arne arnd arno aarne; astrid asta assi; axel absalom aksel; balthasar balthazar baltasar hauser
balz; beat beatus; benno bernhard ben; berthold bert bertl bertolt berchtold; bertil bert; bjorn bjoern bjarne; bo
bosse; bodo; brunhilde hilde bruni brunhild; burgi walburga burga notburga walpurga wally; burkhard burkhardt burghard
burkard; carsten karsten kersten; cato; christa christl christel; dagmar dagi daggi dasa; detlef detlev; diederik dirk
diede dietrich rik; dieter dietrich diether dirk; dietmar didi ditmar diethmar thietmar; egon; ekkehard ekkehart
eckehard eckhard eckhart eckart ekki; elfriede friedl elfi elfie; engelbert engel bert engelbrecht; erhard ehrhardt
hardy erhart; erwin irwin ervin; eugen eugene gene jenoe; ewald; fiete friedrich; florian flo flori floriaan florin
floriano florent; frauke; freya freia freja; fridolin friedl frido; frieda friedel frida friederike friedl elfriede;
friedhelm friedel helm fridhelm; gebhard gebi; gernot gero; gisela gisa gila gisele gizella; gitta brigitte birgitta;
gottlieb gotti; greta grete gretel margarete gretchen gretl; gudrun gudi; gunter gunther guenter guenther gonter;
hannelore hanne lore hanni hannerl; hannes johannes hans; hartmut hardy harti hartmuth; hartwig hardy; hedwig hedi
hedy hede hedda jadwiga wigi hedvig; heike; heinrich heinz heini heiner hinrich henrik hendrik henry hein henner
enrico henri henk; heinz heinrich heini; helga; helmut helmuth helli hellmut hellmuth; hendrik henk henrik rik henri
hein drik hendrikus heinrich henry; hendrika rika riek henny hendrikje henrica; hildegard hilde hilda hildi; hiltrud
traudl hilde trude; holger holgi; horst horsti; ida; ilona ilka helena ili ilonka; ilse ilsa; ingeborg inge inga bori
ingi ingeburg; ingo ingomar ingolf ingwald; ingrid inge inga inger ingred; irmgard irmi irma irmchen; irmtraud irmi
traudl irma irmtraut irmtrud; isolde isa isi isolda; jacoba coba co jacomina; jan johannes johan hans jannis janek
johann janne jannik jahn jann; jannis janis jan johannes yannis jannik janik yannik yannick; jasper jesper; jelle
willem; jens johannes johann; johan jan hans johannes johann jo; johanna hanna hanne hanni jo joke jopie hansi jenny
johanne hannele; johannes hans hannes jan johann hansi jo johan joop hansl hanns giovanni henneke jannes jannis yannis
jahn ivan janos hanke han hajo janko johanns; joris georg george; jorn joern jurn; jost justus jodok joos; jurgen
juergen jorg joerg georg; jutta judith jutka; kai kay kaj caius; kaspar caspar kasper casper gaspard kasperl gaspare
gaspar; kerstin kirsten christina kiki kersti; kilian chilian; klaus claus nikolaus klaas clas klas claes; klemens
clemens clement; konrad conrad kuno kurt conny konni conni corrado konny koenraad koen radek konradin; kornelia
cornelia nele conny nelli; kreszentia zenzi zenta senta creszenz kreszenz; kriemhild hilde; kunigunde gundi kuni
gunda; kurt curt konrad kuddel cort kort; lambert lamberto bert lampert; lars lasse laurentius lorenz laurids; lasse
lars laurentius; leif leiv; leokadia leo; leonhard leo hardy lenz leonard lienhard; lieselotte liselotte lilo liese
liesel; linus; lorenz laurenz lenz lorenzo laurent; lothar lothaire lotario; lucas lukas luuk luc; ludger luitger
ludeger; luitpold leopold poldi; lutz ludwig luz; magdalena magda lena leni maddie madeleine magdalene lene magdolna
alena malena lenka magdi maddalena; magnus mogens mans; maike meike maria maaike mareike; manfred manni fred freddy
manny mani manfredo fredl; manuela manu ela emanuela; marcel marcello marcelo marceli marzell cello; marcella marcelle
marcela celle; mareike maria marijke marike; marten martin; mechthild mechthilde mathilde hilde mechtild; meinhard
meinert meini; meinrad meini radl; melchior melk; michel michael; minna wilhelmine hermine mina; monika moni mona
monica; nele cornelia; nils niels nikolaus nisse nielsen; norbert bert norberto nobbi norbi norbertus; notburga burgi;
olaf olav olof olle ole oluf oleg; olle olof olov; ortrud ortrun trude; oskar ossi; ottilie ottilia odile tilly tilli
otti; otto oddone ottone otho; pelle per peter; per peter peer; pia maria; poul paul; ragnar; rainer reiner raini
rainier regnier reinier; ralf ralph; rasmus erasmus asmus; regina gina regine reggie gine regi reina; regula regi
reguli; reinhard reinhardt rainhard renard hardy raini reinhart reinard; reinhold rainhold holdi reinold reynold;
renate reni renata nati renatchen; roswitha rosi witha; ruediger rudiger rudi rudger ruedi; rutger roger; ruth;
sabine bine sabina bini; siegfried sigi siggi fred sigfrid siegi sigfrido sigfried sigge; sieglinde linde siggi sigi
sigrun siglinde linda; siegmund sigmund sigi siggi sigismund zygmunt zsigmond; sigrid siggi sigi siri sigrun; silke;
silvana sylvana vana; soren soeren severin; stig; svantje; sven swen svend svenne svein; svenja svenya; swantje
schwanhild; tanja tatjana tanya; thekla tekla; theresia resi res theres thesi resl; thorben torben; thorsten torsten
torste totte thorstein toto; till tilo tilman tillmann tilmann; tilo thilo till tilmann; tjark dietrich; tove; truus
geertruida; udo ulrich uli; ulrich uli ulli ulrik ueli utz ulric olrik; ulrike uli ulli rike ulla ulrika ricke; urs
ursus; ursula uschi ulla ursel urs ursi urszula orsolya ula orsola ursule; uta ute oda; uwe ove; veit vitus guido
vito; verena vreni vera veri reni verene vren; viktoria vicky vicki victoria vici; volker folker volki volkher;
volkmar folkmar volki; walburga burga burgi walli wally walpurgis; waldemar waldi valdemar woldemar waldo vladimir;
waltraud traudl waltraut waltrud trude traudi walli; wendelin wendel wendl; wenzel vaclav wenzeslaus wendl waclaw
vencel; werner wernher verner wernfried; wiebke wiebe; wieland; wilfried wilfrid willi fred friedl; wilhelm willi
william guillaume guillermo guglielmo willem wim willy helmi will vilhelm ville willie vilmos vilim viljem; wilhelmine
mina minna minnie helma wilma helmine mine willemina wilhelmina minchen guglielmina; wilma wilhelmine vilma; winfried
winni fred fried winfrid; wolfgang wolf wolfi wolferl wolle gangerl; wolfram wolf wolfi; xaver franz veri xaverl;
yvonne yvi ivonne
"""

NORTHERN = """
aino aina; aleksi aleksis alexis; anders andreas andrew; anneli anne anni; antti andreas antero andrei; arvid arvo;
aslaug; astrid; bengt benedikt ben; bente; bertel bertil; birger birk; birgitta gittan britta birgit britt gitta;
bjorn; carsten karsten; cecilie silje sille; christer krister christian kristian; dag; eero erik eric; einar ejnar;
eino; elina elin eliina; elisabet lisbet lisa bettan; erik jerker eerik eirik; erkki erik; eva; finn; flemming;
fredrik fredde figge; gerda; goran jorgen georg; gosta gustav gustaf; greta margareta; gunilla nilla gun gunnel;
gunnar gunder; gustav gurra gosta gustaf kustaa; haakon hakon hakan; hannu johannes hans; hans hasse johannes johan;
heikki henrik heikko; helge; hilkka; ilkka; ilmari; ingemar ingmar; inger inga ingegerd; irja irene; jaakko jaska
jakob; jan janne johan johannes; jari jalmari; jesper jasper; johan janne john jocke jussi johannes; juha juhani johan
johannes jussi; juhani juha jussi johan john; jukka johannes johan; jyrki georg yrjo; kaarina katariina karin kaisa;
kaisa katariina kaarina kajsa; kalle kaarle karl carl; kari makarios; karin katarina karna; katariina kati katri kaija
kaisa katja; kerstin kicki; kirsi kirsti kristiina; kirsten kristine kirsti; kjell ketil kjeld; knut knud kanute;
kristiina kirsti tiina kristina; kristina kicki stina kia; lars lasse lassi lauri; lauri laurentius lasse; leena
helena magdaleena; lena helena magdalena; lene helene magdalene; lennart leonard; liisa elisabet elisabeth liisi; mads
matthias mats mathias; magnus manne mogens maunu; maija maria maiju; malin magdalena; margareta greta maggan marge
margit; maria maja mia pia; marja maria marjatta maija; markku markus; mats matthias mathias; matti matias matthias;
mette margrethe; mika mikael miikka; mikael micke mikko michael; mikko mikael michael; minna wilhelmina; morten martin
marten; niels nils nikolaj; niilo niklas nils; ola olof olav; ole olaf olav; olli olavi oliver; oskar osse; ossi
oskari; outi; paavo paavali paul; palle paul; pauli paul; pekka petri pietari peter; per peter petter; pernille
petronella; petri petteri pekka peter; pia; pirjo birgitta; pirkko birgitta; preben; ragnhild ragna; raimo reima;
reijo; riitta birgitta margareta; rikke frederikke; risto kristoffer christopher; ritva; rune; sakari zacharias;
seija; seppo sepp josef; signe; sigurd siv; sirpa; steen sten stein; stig; stina kristina; susanna sanna sanni; svein
sven svend; taina; tapio tapani; teemu teemuel timothy; tero antero; terttu gertrud; tiina kristiina; toivo; tor thor
tore; torbjorn tobbe thorbjorn; tore thore tor; torsten totte; trine katrine; tuomas tuomo thomas; tuula; ulrika ulla
rika; urban; veikko; vesa; ville vilhelm viljami; yrjo georg jyrki
"""

ROMANCE = """
adele adela adelina; adriana adri adria; adrien adrian adrianus; agnes ines inez agnese agni; aimee amata amy; alain
alan; alba albina; aldo; alfonso alphonse alfons fons poncho alonso; alvaro alvar; amadeo amedeo; amandine amanda;
amparo amparito; ana anna anabel; anais ana; andree; angeles angelines geli angelita; annick anne; antonella anto
nella antonia; antonin toni tonda; antonio toni tonio tono antonino antonello tonino toninho nino tonico antoine
anthony anton; aparecida cida; araceli celi ara; arlette arleta; armelle armel; arnaud arnold; assunta assuntina;
asuncion asun chon; aurelie aurelia lia; aurelien aurelio aurel; aurora rora; baptiste batista bautista battista;
beatriz bea betty bia beatrice; begona bego; benedicte benedetta benedikta; benoit benedict; bernardo nardo berni;
blanca bianca blanche; blas biagio blaise; bruna brunella; bruno; camille; carmela carmelina melina carmelita; carmelo
melo carmine; carmen carmina carmencita mamen menchu; carolina caro carol; caterina rina cate katia; cecile cecilia
ceci; celine celia; cesare cesar cesario; christelle christel; christophe tof; cinzia cynthia; ciro cyrus; claude
claudio claudius claudie; claudia claudine clau claudina klaudia klaudija; colette; concepcion concha conchita conchi
conce; concetta concettina cettina tina titti; consuelo chelo consolata; cristiana cristi; cristina cris tina cristi
christina; cristobal tobal; delphine delfina; diego; dolores lola lolita loli; domenica mimma domenique; domenico
mimmo mimi mico domi; domingo mingo chomin; domitille domi; edoardo edo dado; eduardo edu lalo duda dudu; elena helena
ele nena lena; eleonora norina ele leonor; eliane liane; elisa ely elisabetta lisa; elise elisa lise; elodie; eloise
heloise eloisa helo; elsa else; emanuela manu lella emanuelle manuela; emanuele manu manuele lele; emma; encarnacion
encarna encarni; enrica rica; enrico rico henry chicco; enrique quique kike enric quico henry; ernesto neto tito;
esperanza espe esperance; esteban estebe; etienne tienne; eugenio gegio; eva evita; fabian fabio fabien fabi fabiano
fabianus; fabiana fabienne fabi fabiola; fabienne fabiana fabi; fabio fabi; fabrice fabrizio fab fabricio; fatima
fati; federica fede chicca kika; federico fede fico rico kiko; felipe pipe feli; fermin; fernanda nanda fer fernande;
fernando nando fer nano fern; filomena mena filo philomena; flavia flavie; flavio; florent flo; francesca franca
checca cesca franci francy france; francesco franco ciccio cesco checco franz franci cecco cecchino; francisca paca
paqui paquita francesca kika xica cisca; francisco paco curro fran chico paquito pancho kiko francis cisco quico
chisco pacho patxi xico; franck frank; francois francis frans fanch; francoise france francine fanchon; gael; gaelle;
gaetano tano nino cayetano gaetan; gaston gastone; genoveva veva; gerard gege; gerardo gera dino; giacinto cinto
jacinto; giacomo mino jacopo giacomino; gilles gil egidio egidius; gino luigi; giorgia gio giorgina; giorgio gio
giorgino; giovanna gio gianna vanna nina giannina jo; giovanni gianni vanni gio nino giannino nanni john juan
johannes; giulia giuly giulietta; giuliana giulia liana; giulio giulietto; giuseppe beppe peppe pino peppino pippo
geppo pinuccio joseph beppino bepi geppi; giuseppina giusi giusy pina pinuccia peppina giuseppa josephine; gloria;
gonzalo gonzo goncalo chalo; graca; graciela chela grace; gregorio goyo; guadalupe lupe lupita guada; guillaume guigui
will gui guilhem; guillermo guille memo willy guilherme gui; gustavo tavo guga gus; heitor hector; helder; helene lena
leni nena; herve; honore; hortense hortensia; hugues hugo ugo; ignacio nacho ignasi; imma immacolata inma inmaculada;
inmaculada inma concha macu; isabel isa isabela isabelle belita chabela chavela bel; isabelle isa zabou babeth; ivo
yves ives; ivone ivonne yvonne; jacinta cinta jacinthe; jacques jacky jacquot jacq; jaime jaume jaimito jimmy; javier
javi xavier xabier; jean jeannot yann johannes johann jehan; jeanine janine jeannine nina; jeanne jeannette jeanette
janine; jeronimo jero jerome; jesus chus chucho suso xesus; joana joaninha; joao joca joaozinho juca; joaquim quim
joaquin kim quincas; joaquin quino chimo kino ximo; jorge jordi coque jorginho; jose pepe pepin chepe ze josep
joselito pepito zeca xose cheo zezinho jojo chema zito; josefa pepa pepi fefa josefina; josefina fina pepita; josiane
josy josie; juan juanito juanjo juancho joan juanma xoan juanillo chano; juana juani juanita; julien juju jules;
juliette julie juju; julio julito; karine karin carine; laetitia leticia letizia tish leti; lautaro lauta; leandro lea
leandre; leocadia leo; leonor leo nona; leopoldo poldo; liliana lili; lionel; livio; loredana lory dana; lorena lore;
lorenza renza; lorenzo renzo enzo lollo lencho; lourdes lurdes luli; luc lucas; lucia lucie lucita lucy chia; luciana
lucy lulu luci; luciano lucien lucio; lucien lulu luciano; lucienne luciana lulu; lucio; ludovic ludo vic; ludovica
ludo vica; luigi gigi gino luigino; luigina gina luigia; luis lucho luisito lisito luisinho; luisa lulu luisita lui;
luiz lula luizinho; macarena maca; maddalena lena magda madda; magali magalie; manuel manny manolo manu lolo manolito
manel manoel maneco; manuela manoli manola manu manuelita; marc marco; marcelino marcel lino; marcello lello marci;
marcos marquinhos; marguerite margot margaux; maria mari mariuccia marisa maruja marichu mary marietta mariu
maricarmen marieta mia; marianna nanna mari; marie maria mimi; manon; marina; marine; marino; mario; marta martita;
martina marti; massimo max massi mino; mathilde mathou; matilde mati tilde; mauricio; maurizio mauri icio; mauro;
maximo max; mercedes merche mecha meche merceditas merce; micaela mica; michel mimi michou michael; michele miki lele
michelino; miguel migue mikel miguelito miquel; mireille mireia; mirella mire; modesto; monique momo monica mona;
montserrat montse mont; nathalie nath natalie; natividad nati; nazareno neno; nicolas nico colas nicho; nieves;
noelia; noemie noemi; norberto beto; nuria; olga; ornella; osvaldo valdo; pablo pau pablito; palmira mira; paola
paoletta; paolo paolino; pascal pasquale pascual pasqual; pascale pascaline; pasquale lino pasqualino pasca; patrice;
patricia patri pat; patrizia pat patty titti; pedro perico perucho pedrinho peio periquillo; philippe phil philou;
piedad; piero pietro pierino; pierre pierrot peter pierrick; pietro piero pierino; pilar pili piluca; quentin quintin;
rafael rafa rafi falito; rafaela rafi fali rafaella raffaella raphaelle; raffaella raffa lella raphaela rafaela; ramon
moncho monchi; raul raulito; regine regina; remedios reme; remi remy remigio; renato nato rene; ricardo rica richi;
rita margherita; roberta robi; roberto beto rober robi berto tito; rocio ro; rodolfo fito rolo; rodolphe rodolfo
rudolf; rodrigo rodri ruy rui; romain roman romano romanus; rosa rosina rosetta rosita; rosalia lia rosa; rosario
charo chayo saro; ruben rubens rubi reuben; sabrina sabri; salvador salva chava savino; salvatore toto salvo turi tore
turiddu salvuccio; samira; sandrine sandra alexandrine; santiago santi iago chago tiago; sara sarita; sebastiano iano
nello seba bastiano; sebastien seb bastien; serge sergei; sergio checho; severine; silvana vana; sofia sofi; solange
sol; soledad sole chole; stefania stefy; stefano ste; stephane stef fane; susana susi susa; sylvain silvano silvain
silvanus; sylvie sylvia; teofilo theophile; teresa tere teresita maite; thibault thibaut; thierry dietrich titi;
tiziana titti; tommaso tommi masino; trinidad trini; ugo hugo; umberto berto humbert humberto beto; valentina vale
tina val; valentino vale; valeria vale valerie; valerio valere; veronica vero; veronique vero; vicente chente vicent
vincent; victoire victoria; vincenza enza cenza; vincenzo enzo cenzo vince; virginie virginia; vittoria vicky;
vittorio vito toio; walter; xavier xavi javier; ximena jimena; yann yannick jean jan yan johannes; yannick yann
yannic; yolanda yoli iolanda jolanda yolande; yves ivo yvon yvo; yvette yvonne; yvon yves; zelia
"""

COMPOSITE = """
annalena anna; annalena lena; annalisa anna; annalisa lisa; annegret anne; annegret gret; anneliese anne; anneliese
liese; anneliese liesl; annemarie anna; annemarie anne; annemarie marie; evamaria eva; giancarlo carlo; giancarlo
gian; gianfranco franco; gianfranco gian; gianluca gian; gianluca gianni; gianluca luca; gianluigi gian; gianluigi
gigi; gianluigi luigi; gianpaolo gian; gianpaolo paolo; hansjorg hans; hansjorg jorg; hansjurgen hans; hansjurgen
jurgen; hanspeter hans; hanspeter peter; jeanclaude claude; jeanclaude jean; jeanluc jean; jeanluc luc; jeanpierre
jean; jeanpierre pierre; josemaria chema; josemaria jose; juanma juan; karlheinz heinz; karlheinz karl; lieselotte
liesel; lieselotte lilo; lieselotte lotte; liselotte lilo; liselotte lise; liselotte lotte; mariangela angela;
mariangela mari; mariangela maria; maricarmen carmen; maricarmen mamen; maricarmen mari; maricarmen maria; marieclaire
claire; marieclaire marie; mariejose marie; marieluise luise; marieluise marie; marilena lena; marilena maria; marisa
luisa; marisa maria; marlies lies; marlies liese; marlies marie; pierangelo angelo; pierangelo piero; pierluigi gigi;
pierluigi luigi; pierluigi piero; rosalba alba; rosalba rosa; rosanna anna; rosanna rosa; rosaria rosy; rosaria sara
"""

SINGLE = """
alberta; ali; alois alojz; amelie amely; anita; anja; anke; anneke; annette anette; annika anika; antje; anton; ava;
bennet bennett; can; clara klara; deniz; elaine elaina; elif; ella; elsa else; emre; ernestine erna tina; ethan;
fabia; fabrizia; finn fynn fin; giulietta julia; hedy; ida; jannes; jayden jaden; jeanette jeannette ginette nettie;
jonas; josef sepp; kaja kaia; karola; kathleen kathy kath katie; lara; lea leah lia; lennox; leonora leo nora; levi
levin; liam; lilli lilly lili lily; lina; linus; louisa luisa; luna; malte; mariella; marius; marlene; martha; mia;
mila; milan; miroslava mira; monique; nikita; noah; paulina pauline; ramona; romina; romy; sandro; selin; serena;
sonja; sonja sonia sonya sonje; stanislava stana; svenja; theo; theodora thea dora; vladislava vlada
"""
