"""Given names and the short and foreign forms that the same person goes by."""

# First the full name, then what its bearers are called; folded, so without accents. Variants of one line are
# one name. A short form may stand in several lines: "alex" is Alexander or Alexandra, who are not each other.
_LINES = """
abigail abby gail
abraham abe bram
albert al bert bertie
alexander alex alec alexandre alejandro alessandro aleksandr sander sandy sascha sasha xander
alexandra alex alexandrine aleksandra lexi sandra sandy sascha sasha
alfred al alf fred alfredo
alice ali alicia
amanda mandy
andrew andy drew andre andreas andres andrea andrei andrej andrzej
angela angie angelina
angelo angel
anne ann anna anni annie anja anya ana anita nancy
anthony tony antoine anton antonio antonius toni
antonia toni tonia
arthur art artie arturo
barbara barb barbie babs basia
benjamin ben benny benji
bernard bernie bernd bernhard bernardo
carl karl charles carlos carlo
carla karla
catherine cathy kate katie kathy kathryn katherine katharina katrin kathrin catalina caterina kitty cate kasia
charles charlie chuck chas carlos charly
charlotte lotte charly lottie
christian kristian cristian
christina christine christa chris tina kirsten kristina kristin christiane
christopher chris christoph christophe kit topher cristobal
claude claudio claudius
claudia claudine
constance connie constanze
cynthia cindy
daniel dan danny daniele
daniela danielle danni dani
david dave davy davide
deborah deb debbie debra
denise
dennis denny denis
diana diane
dominic dom nick dominik dominique
donald don donnie
dorothy dot dottie dorothea dora thea
douglas doug
edward ed eddie ted ned teddy eduardo eduard edouard
eleanor ellie nora eleonora eleonore
elizabeth liz beth betty eliza lisa elisabeth betsy lizzy libby elsie bettina elise isabel
emil emilio emile
emily emmy milly emilia
eric erik erich enrico
erica erika
ernest ernie ernst ernesto
eugene gene eugen evgeny
evelyn eve evie
fabian fabio fabien
fabienne fabiana
ferdinand ferdi fernando
florence flo florrie
frances fran franny francesca franziska francoise
francis frank francisco francesco franz francois paco pancho fran
franklin frank
frederica friederike frederike
frederick fred freddy friedrich fritz frederic federico rick
gabriel gabe
gabriele gabi gabriela gabriella
geoffrey geoff jeff jeffrey gottfried
george georg jorge jurgen giorgio georges jorg
georgina georgia georgette
gerald gerry jerry gerhard gerd geraldo
geraldine gerry
gertrude trudy gerti
giovanni gianni john
giuseppe beppe pino joseph
gregory greg gregor
gustav gus gustavo
harold harry hal harald
heinrich heinz henry heiner hinrich enrico enrique henri henrik harry hank
helen helena helene ellen nell lena leni
henriette henrietta harriet hattie
herbert herb bert
hermann harry
isabella isabel bella izzy isabelle isabell
jacob jake jakob jacques jack
jacqueline jackie
james jim jimmy jamie jaime diego
jane janie jenny jana joan
janet jan
jason jay
jennifer jen jenny jenn
jessica jess jessie
joanna jo joanne johanna hanna jana joan giovanna
john johnny jack jon johann johannes hans juan jean ivan jan giovanni joao
jonathan jon jonny john nathan
joseph joe joey josef jose giuseppe pepe sepp josip
josephine jo josie josefine josefa
joshua josh
judith judy jutta
julia julie juliane giulia
julian julius giuliano julio jules
karen carin karin
kenneth ken kenny
kimberly kim
laurence larry lawrence laurent lars lorenz lorenzo
leon leone
leonard leo len lenny leonardo leonhard
leonie leona
louis lou lewis ludwig luis luigi louie
louise louisa luisa luise
lucas luke luca lukas
lucy lucia luzie
magdalena magda lena leni maddie madeleine
manuel manny manolo
manuela
marcel marcello
marcella marcelle
margaret maggie meg peggy margarete margarethe rita greta gretchen marge margit marguerite margarita daisy
maria mary marie mariana mia miriam maja molly polly
mario
mark marcus markus marc marco marcos marek
martha marty patty
martin marty martino
martina tina
matthew matt matthias matthieu mateo matteo mats
maximilian max maxim massimo
maxine max
melissa mel missy
michael mike mick mickey michel miguel michele mikhail michal misha mikey mitch
michaela micha mickie
michelle shelly michele
mikhail misha michael
mohammed mohamed muhammad mohammad muhammed mehmet mo
natalie nat natalia natascha natasha
nathaniel nate nat nathan
nicholas nick nico nicolas niklas nikolaus klaus nicola nikolai nicky mikolaj
nicole nicky nicola nikki
noel
noelle
oliver ollie olivier
olivia liv livia
pamela pam
patricia pat patty tricia trish patrizia
patrick pat paddy patrizio
paul paulo pablo paolo pavel pawel
paula paulina pauline
peter pete piotr pedro pietro pierre petr
petra
philip phil phillip philipp felipe filippo philippe pip
rachel rae raquel
raymond ray raimund ramon
rebecca becky becca
regina gina
rene
renee renate
richard rick dick rich richie ricardo riccardo ricky
robert bob rob bobby robbie bert roberto rupert
roberta bobbie
roger rodger ruediger rudiger
roland rolly orlando
ronald ron ronnie
rudolf rudi rolf rodolfo
samantha sam
samuel sam sammy
sarah sally sara
sebastian seb basti bastian bastien
sergei serge sergio sergey
silvio
simon sime simone
sophia sophie sofia sonja sonia
stanley stan stanislav stanislaw
stephanie steph steffi stefanie stefania
stephen steve steven stefan stephan stefano esteban etienne steffen
susan sue susie suzanne susanne susanna suzy sanna
sylvester sly
sylvia silvia
terence terry terrence
theodore ted teddy theo theodor teodoro
theresa terry tess tessa therese teresa resi
thomas tom tommy tomas tommaso thom
timothy tim timmy timo
tobias toby tobi
ursula uschi ulla
valentin valentine
valentina tina vale
veronica vera ronnie veronika
victor vic viktor vittorio
victoria vicky tori viktoria
vincent vince vinny vincenzo
vladimir vova vlad volodya
walter wally walt
wilhelm willi william guillaume guillermo guglielmo willem wim
william will bill billy liam willy wilhelm guillermo
wolfgang wolf
yevgeny evgeny eugene zhenya
zachary zach zack
"""


def _by_name() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_LINES.split("\n")):
        for name in line.split():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(lines) for name, lines in found.items()}


_LINES_OF = _by_name()
_UNKNOWN: frozenset[int] = frozenset()


def same_given_name(left: str, right: str) -> bool | None:
    """Return whether two folded given names are forms of one name; None where one of them is not known here."""
    one, other = _LINES_OF.get(left, _UNKNOWN), _LINES_OF.get(right, _UNKNOWN)
    return not one.isdisjoint(other) if one and other else None
