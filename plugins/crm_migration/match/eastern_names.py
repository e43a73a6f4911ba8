"""Given names of eastern Europe, Greece and Turkey, romanised, and in Cyrillic."""

POLISH = """
agnieszka aga agusia agnes; aleksander olek alek aleks alexander; aleksandra ola olka olenka alexandra; andrzej
jedrzej jedrek andrew; anna ania anka hania andzia; antoni antek tolek; barbara basia baska; bartlomiej bartek;
bartosz bartek; beata beatka; boguslaw bogus bogdan; boleslaw bolek; bozena bozenka; cezary czarek; czeslaw czesiek;
dariusz darek; dominik domin; dorota dorotka; edward edek; elzbieta ela elka elusia; ewa ewka ewunia eva; ewelina
ewela; franciszek franek; grazyna grazynka; grzegorz grzesiek grzes; halina halinka hala; henryk heniek; irena irenka;
ireneusz irek; iwona iwonka; jacek jacus hiacynt; jadwiga jadzia iga; jakub kuba kubus; jan janek jasiek jas jasio;
janusz janek; jaroslaw jarek; jerzy jurek; joanna asia joasia aska; jolanta jola jolka; jozef jozek; julia julka;
justyna justa justynka; kamil kamilek; karolina karola karolcia; katarzyna kasia kaska katarina katharina; kazimierz
kazik kazek casimir; kinga; krystyna krysia kryska; krzysztof krzysiek krzys; lech leszek; leszek lech; lukasz
lukaszek; maciej maciek; magdalena magda madzia; malgorzata gosia malgosia goska; marcin marcinek; marek maras; maria
marysia maryla mania; mariusz mariuszek; mateusz mati; michal michalek; mieczyslaw mietek; miroslaw mirek; monika
monia; pawel pawelek; piotr piotrek piotrus; przemyslaw przemek; radoslaw radek; rafal rafalek; ryszard rysiek rychu;
slawomir slawek; stanislaw staszek stasiek stach; stefan stefek; sylwia sylwka; szymon szymek; tadeusz tadek thaddaus
thaddeus; tomasz tomek; urszula ula ulka; waldemar waldek; wieslaw wiesiek; witold witek; wladyslaw wladek ladislaus;
wlodzimierz wlodek; wojciech wojtek adalbert; zbigniew zbyszek; zdzislaw zdzisiek; zofia zosia zoska; zygmunt zygi
"""

CZECH = """
alena alenka lena; alzbeta betka eliska alzbetka; andrej ondrej andrew; antonin tonda tonik; barbora bara barca
barunka; bohumil bohous; bohuslav bohus; bozena bozka; dagmar dasa; daniela danka; eliska elis; eva evicka; frantisek
franta fanda; gabriela gabina gabika; hana hanka haninka; helena helenka; ivana ivanka iva; iveta ivetka; jan honza
jenda jano janko; jana janka jani; jaromir jarda; jaroslav jarda jaro slava; jaroslava jarka; jindrich jindra henry
heinrich; jiri jirka jura juraj george; josef pepa pepik joska; jozef jozo jozko; juraj jiri juro george; karel karlik
kaja; katarina katka kata; katerina katka kaca; kristyna tyna kristina; ladislav lada laco ladya; lenka leni; libuse
liba; lubomir lubos lubo; lubos lubomir; ludmila lida lidka; lukas lukasek; marcela marca; marek mara; marie maruska
majka marenka; marketa marky margareta; martin mara; martina marta; matej mates; michaela misa; michal misa misko;
milada mila; milan milos; miloslav milos milda; miroslav mira mirek miro; miroslava mirka; monika monca; ondrej ondra
andrew andreas; pavel pavlik paja; pavla pavlinka paja; petr peta petrik petya; petra peta; premysl premek; radek
radoslav radomir; radoslav radek rado; rudolf ruda; stanislav standa stano; stefan stevo; stepan stepanek steven
stefan; svatopluk sveta; tereza terka terezka; tomas tomasek; vaclav vasek venca; vera verka; veronika verca verka;
viktor vitek; vladimir vlada vladya; vlastimil vlasta; vojtech vojta adalbert; zbynek zbysek; zdenek zdena zdenda;
zuzana zuzka zuza
"""

HUNGARIAN = """
agnes agi; andras andris bandi andrew; andrea andi; aniko ani; anna panna annus; antal toni; attila ati; balazs;
balint; bela; csaba; denes deni; edit; emese; endre bandi andrew; eniko eni; erika; erzsebet erzsi bozsi zsoka; eszter
eszti; eva evi; ferenc feri ferko; gabor gabi; gabriella gabi; gergely geri gergo; gyorgy gyuri george; gyula gyuszi;
ildiko ildi; ilona ili ica ilonka; imre imi emmerich; istvan pista isti stephen stefan; ivan; janos jani jancsi john
johann johannes; jozsef jozsi; judit jutka juci; julianna juli; karoly karcsi charles karl; katalin kati kata; klara
klari; kornel; kristof; krisztian kriszti; krisztina kriszti; lajos lali; laszlo laci ladislaus ladislav; lorinc;
magdolna magdi; margit; maria mari marcsi; marton marci; matyas matyi matthias; mihaly misi miska; miklos miki; monika
moni; orsolya orsi; pal pali palko; peter peti; piroska piri; robert robi; sandor sanyi alexander; sara sari; tamas
tomi; terezia teri; tibor tibi; tunde; vilmos vili; zoltan zoli; zsigmond zsiga; zsolt; zsuzsanna zsuzsa zsuzsi
"""

ROMANIAN = """
adrian adi; alexandru alex sandu alexander; ana anca anuta anisoara; andrei andy; aurel relu; catalin cata; catalina
cata; constantin costel costi dinu titi; cristian cristi; daniela dana; dumitru mitica mitu; ecaterina cati catinca;
elena ileana lenuta nuti; florin; gabriel gabi; gheorghe gigi gheorghita gigel george; grigore grig; ileana elena
ilinca; ioan ion ionut nelu ionel john; ioana oana; ion ionut ioan nelu ionel john; iosif; iulian iuli; laurentiu
lauri; liviu; marin marinel; mihaela miha; mihai mihaita misu michael; mircea mircica; nicolae nicu nae nicusor;
octavian tavi; petru petrica petre peter; radu; razvan; sorin; stefan fane stefanita fanel; tudor; valentin vali;
vasile vasilica sile; victor vicu; viorica vio
"""

SOUTH_SLAVIC = """
aleksandar aca sasa aleksa alexander; andrija andro andrej; ante anto anton antun; antun ante tuna anton tonci; bojan
boki; borislav boro boris; bozidar bozo; branislav branko bane; branko branislav branimir; danica dana; danijel dado
daniel; davor; dejan deki; djordje djoka djuro; dragan gagi; dusan dusko; franjo francek frane; goran goga; gordana
goca; hrvoje; igor; ivan ivo ivica ivek joza johann; ivana iva ivanka; ivanka iva; ivica ivan; jakov jaksa jasa;
jasna; jelena jela jeca; josip joso jozo joza bozo; jovan jova jovica johann john; jure juraj jurica; katarina kata
kaca; kresimir kreso; kristijan kristian christian; lazar laza; ljiljana ljilja lily; ljubica ljuba; ljubomir ljubo;
luka lukas; marija mara mare marica; marko mark; mate matej matija; matej mate matjaz; matija mate matthias; mihael
miha michael; mihajlo mika misa; milan mile; milica mica; milivoj mile; milorad mile; miodrag miki; mirjana mira
miriam; miroslav miro mirko; nebojsa nesa; nemanja neca; nenad neno; nikola nidzo niko nick; pavle paja pavao; petar
pero pera pesa peter; predrag pedja; radovan rade; ratko; robert robi; slavko slavoljub; slavoljub slavko; slobodan
sloba boban; snezana sneza; stanko stanislav; stevan steva stefan; stjepan stipe stipo; tomislav tomo toma; vesna;
vladimir vlado vlada; vladislav vlado; vojislav voja; zdravko zdravo; zeljko zeljo; zoran zoki zoka; zvonimir zvone
zvonko
"""

RUSSIAN = """
albina alya; aleksandr alexandr sasha shura sanya alexander aleksander oleksandr olexandr olexander alexandre;
aleksandra alexandra sasha shura sanya oleksandra; aleksei alexey alexei aleksey alyosha lyosha lesha oleksiy oleksii;
alina alya; alla alya; anastasia anastasiya nastya nastia stasya anastasiia anastassia; anatoly anatoliy anatoli tolya
anatolii; andrei andrey andriy andrii andryusha andrej; angelina lina; anna anya nyura ganna anyuta; anton antosha
anthony; antonina tonya; arkady arkadiy arkasha; arseny arseniy senya; artem artyom tyoma artiom; bogdan bohdan danya;
boris borya borys; daniil danila danya danylo daniel; daria darya dasha dariya; denis denys den; dmitry dmitri dmitriy
dmitrii dima mitya dmytro dimitri; eduard edik edward; ekaterina yekaterina katya katerina kateryna katia catherine
katherine; elena yelena lena olena alyona helena helen; elizaveta yelizaveta liza yelyzaveta elizabeth; evgenia
yevgenia evgeniya zhenya yevheniia yevheniya eugenia; evgeny yevgeny evgeniy yevgeniy evgenii zhenya yevhen eugene
eugen; fyodor fedor fedya theodor theodore; galina galya halyna; gennady gennadiy gena hennadii; georgy georgiy gosha
zhora egor yegor heorhii george; gleb hlib; grigory grigoriy grisha hryhoriy hryhorii gregory; igor ihor igorek gosha;
ilya ilia ilyusha illia; inna ina; irina iryna ira; ivan vanya; kirill kyrylo kiril cyril; klavdia klava; konstantin
kostya kostiantyn constantine; ksenia kseniya xenia ksyusha oksana kseniia; larisa larysa lara; leonid lyonya leonya;
lev lyova lew leo; lidia lidiya lida; lilia liliya lilya; lyubov lyuba liubov lubov; lyudmila ludmila lyuda luda mila
liudmyla liudmila; maksim maxim max maksym maks; margarita rita margo marharyta; maria mariya masha marusya mariia
mary marie; marina maryna; matvey matvei motya; mikhail misha mykhailo mikhael michail michael; nadezhda nadya nadia
nadiia nadiya; natalia natalya nataliya natasha nata nataliia natalie; nikita nykyta nikitos; nikolai nikolay kolya
mykola nicholas; nina ninel; oksana ksenia oxana ksana; oleg oleh olezhka; olga olya olha helga; pavel pasha pavlo
paul; petr pyotr petya petro peter; polina polya; roman roma; ruslan rus; semyon semen syoma simon; sergei sergey
seryozha serhiy serhii sergej serge sergio; sofia sofya sonya sofiya sofiia sophia; stanislav stas; stepan styopa
stephen; svetlana sveta svitlana lana; svyatoslav slava sviatoslav; taisia taya; tamara toma; taras; tatiana tatyana
tanya tetiana tania tetyana; timofey timofei tima tymofiy timothy; timur tima; vadim vadym vadik; valentin valya
valentyn; valentina valya valentyna; valery valeriy valera valerii; vasily vasiliy vasya vasyl basil vasilii; vera
vira; veronika nika; viktor vitya victor; viktoria viktoriya vika victoria viktoriia; vitaly vitaliy vitalii vitalik
vitali; vladimir volodya vova volodymyr wladimir vlad; vladislav vlad vladyslav; vsevolod seva; vyacheslav slava
viacheslav; yakov yasha yakiv jacob; yana jana; yaroslav slava yarik iaroslav; yulia yuliya julia yuliia iuliia; yuri
yuriy yury yura yurii iurii iouri george; zinaida zina; zoya zoia
"""

GREEK = """
aikaterini katerina katina catherine; alexandros alekos alexis alex alexander; anastasia tasoula natasa; anastasios
tasos; andreas andrew; angeliki kiki angela; antonios antonis tonis anthony; athanasios thanasis nasos; charalambos
babis charis; christina; christos chris; dimitra; dimitrios dimitris mitsos jimmy dimitri; dionysios dionysis;
efstathios stathis; eleftherios lefteris; eleni lena helen helena; emmanouil manolis manos; evangelia litsa; evangelos
vangelis; fotini; georgia; georgios giorgos yiorgos yorgos george; grigorios grigoris gregory; ilias elias; ioanna
joanna; ioannis giannis yannis yiannis john; iosif sifis joseph; konstantina nantia dina; konstantinos kostas costas
dinos kostis; kyriakos; maria marika; michail michalis michael; nikolaos nikos nicholas; panagiota giota; panagiotis
panos takis; paraskevi voula vivi; pavlos paul; petros peter; sofia; sotirios sotiris; spyridon spyros; stavros;
stefanos stephen; stylianos stelios; theodoros thodoris theo; vasileios vasilis vassilis billy; vasiliki vaso vicky
"""

TURKISH = """
abdullah apo; ahmet ahmed achmed; ayse aisha ayshe; emine; fatma fatos fatima fadime; hasan hassan; hatice hatce
khadija; huseyin hussein husseyin huseyn; ibrahim ibo; ismail ismael; kemal kamal; mehmet mehmed memo memis; mustafa
mustapha musti; omer omar; osman othman; suleyman suleiman sulayman; yusuf yousef josef yussuf; zeynep zeyno
"""

CYRILLIC = """
александр саша шура саня алекс олександр сашко; александра саша шура саня олександра; алексеи леша алеша олексіи;
алена елена; анастасия настя стася анастасія; анатолии толя анатоліи; андреи андрюша андріи; анна аня нюра ганна
анюта; антон антоша; арсении сеня арсеніи; артем тема; богдан даня; борис боря; вадим вадик; валентин валя; валентина
валя; валерии валера валеріи; василии вася василь; вера віра; виктор витя віктор; виктория вика вікторія; виталии
виталик віталіи; владимир вова володя володимир; владислав влад; вячеслав слава; галина галя; геннадии гена геннадіи;
георгии гоша жора егор георгіи; григории гриша григоріи; даниил даня данила данило; дарья даша дарія; денис ден;
дмитрии дима митя дмитро; евгении женя євген; евгения женя євгенія; екатерина катя катерина; елена лена алена олена;
елизавета лиза єлизавета; иван ваня іван; игорь гоша ігор; илья илюша ілля; инна інна; ирина ира ірина; кирилл кирило;
константин костя костянтин; ксения ксюша оксана ксенія; лариса лара; лев лева; леонид леня леонід; лидия лида лідія;
любовь люба любов; людмила люда мила; максим макс; маргарита рита марго; марина; мария маша маруся марія; матвеи мотя;
михаил миша михаило; надежда надя надія; наталья наташа наталия наталія; никита микита; николаи коля микола; оксана
ксения; олег; ольга оля; павел паша павло; петр петя петро; полина поля; роман рома; светлана света світлана лана;
семен сема; сергеи сережа сергіи; софья соня софия софія; станислав стас станіслав; степан степа; тамара тома; тарас;
татьяна таня тетяна; тимофеи тима; федор федя; юлия юля юлія; юрии юра юріи; яков яша яків; ярослав слава ярик
"""
