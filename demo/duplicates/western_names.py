"""Western people's names by language: the frequent ones first, then what rarer surnames are composed of."""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Tongue:
    """Names of a language.

    Attributes:
        men: given names, the most frequent first.
        women: given names, the most frequent first.
        surnames: the most frequent first.
        common: the share of people who bear one of `surnames`.
        heads: beginnings of rarer surnames.
        tails: endings of rarer surnames.
        titles: what stands before a name.
        generations: what father and son of one name are told apart by.
        short: what bearers of a name are called, by name.
    """

    men: list[str]
    women: list[str]
    surnames: list[str]
    common: float
    heads: list[str]
    tails: list[str]
    titles: list[str]
    generations: tuple[str, str]
    short: dict[str, list[str]]


def _names(text: str) -> list[str]:
    return [name.replace("_", " ") for name in text.split()]


def _short(text: str) -> dict[str, list[str]]:
    names = [entry.split() for entry in text.split(";")]
    return {name: forms for name, *forms in names}


GERMAN = Tongue(
    _names("""Thomas Michael Andreas Peter Stefan Christian Martin Markus Wolfgang Klaus Hans Jürgen Bernd Uwe Frank
    Matthias Daniel Alexander Sebastian Florian Tobias Jan Manfred Werner Helmut Günter Josef Franz
    Johannes Lukas Maximilian Philipp Felix Jonas Paul Leon David Simon Benjamin Dominik Patrick
    Marcel Dennis Sven Torsten Jens Dirk Ralf Jörg Holger Karl Heinz Gerhard Walter Herbert Rudolf
    Ernst Otto Wilhelm Friedrich Georg Konrad Ulrich Rainer Robert Christoph Moritz Niklas Tim Fabian
    Julian Elias Jakob Anton Emil Hermann Norbert Roland Kurt Leopold Gottfried Mehmet Mustafa Ali
    Ivan Piotr Karl-Heinz Hans-Peter"""),
    _names("""Maria Anna Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela
    Claudia Susanne Gabriele Christa Christine Hildegard Anja Barbara Martina Angelika Heike Silke
    Birgit Julia Katharina Stefanie Nicole Sandra Melanie Lisa Laura Lena Sarah Johanna Theresia
    Margarete Franziska Magdalena Eva Sophie Marie Lea Hannah Emma Mia Nina Kathrin Daniela Manuela
    Tanja Sonja Cornelia Jutta Ulrike Regina Rosemarie Edith Waltraud Gertrude Hannelore Irmgard
    Veronika Verena Antonia Charlotte Clara Viktoria Alexandra Bettina Doris Heidemarie Ilse Inge
    Judith Kerstin Ayşe Fatma Jelena Agnieszka Anna-Lena"""),
    _names("""Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter
    Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner
    Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs
    Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger
    Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin
    Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf
    Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer
    Gruber Pichler Steiner Moser Egger Leitner Wimmer Eder Lechner Yılmaz Kaya Novak Nowak Horvath"""),
    0.42,
    _names("""Acker Alten Bach Baum Berg Birken Blumen Brand Brücken Buchen Dorn Eber Ehren Eich Eisen Erlen Falken
    Feld Finken Franken Frei Gold Grün Hagen Hasel Heil Hirsch Hohen Holz Kalten Kirch Klein Königs
    Krumm Lauten Licht Linden Löwen Mittel Mohr Neu Nieder Ober Ost Pfeffer Rauten Reich Rosen Rot
    Sand Schön Silber Stein Stern Stock Tannen Unter Wald Weiden Weiß Wein West Wiesen Winkel Zell"""),
    _names("""bach bauer baum beck berg berger bichler brunn brunner burger dorf dorfer eder egger feld felder
    garten hammer haus hauser hofer holz holzer huber kamp kirchner lechner leitner lehner mann mayr
    meier meister moser müller reiter richter rieder roth ruber schmid stadler stätter stein steiner
    strasser thaler tner wald walder wieser zeller"""),
    ["Dr.", "Mag.", "Dipl.-Ing.", "Prof. Dr.", "Herr", "Frau", "Ing."],
    ("sen.", "jun."),
    _short(
        "Thomas Tom;Michael Michi Michl;Andreas Andi;Stefan Steff;Christian Chris;Klaus Klausi;Johannes Hannes Hans;"
        "Matthias Matze Hias;Alexander Alex Xandi;Sebastian Basti Wastl;Florian Flo;Tobias Tobi;Manfred Manni Fredi;"
        "Josef Sepp Pepi;Franz Franzl;Maximilian Max;Philipp Phil;Benjamin Ben;Dominik Domi;Wolfgang Wolf Wolfi;"
        "Wilhelm Willi;Friedrich Fritz Fritzl;Georg Schorsch;Konrad Conny;Ulrich Uli;Christoph Chris;Leopold Poldi;"
        "Jakob Jackl;Heinz Heinzi;Rudolf Rudi;Gerhard Gerd Hardy;Walter Walti;Herbert Bert;Elisabeth Lisa Sissi Lisi;"
        "Margarete Grete Gretl Rita;Susanne Susi;Gabriele Gabi;Katharina Kathi;Stefanie Steffi;Franziska Franzi;"
        "Magdalena Lena Leni;Theresia Resi;Johanna Hanna Hanni;Ursula Uschi Ulla;Christine Christl Tina;Sabine Bine;"
        "Renate Reni;Brigitte Gitti;Angelika Geli;Barbara Babsi;Martina Tina;Waltraud Traudl;Gertrude Trude;"
        "Hannelore Hanne Lore;Irmgard Irmi;Veronika Vroni;Viktoria Vicky;Alexandra Alex Sandra;Bettina Betti;"
        "Rosemarie Rosi;Cornelia Conny;Hildegard Hilde;Heidemarie Heidi;Ulrike Uli;Monika Moni;Karl-Heinz Kalle Heinz"
    ),
)  # fmt: skip
ENGLISH = Tongue(
    _names("""James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew
    Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Ronald Edward
    Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin
    Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan
    Henry Peter Zachary Douglas Harold Kyle Oliver Harry Simon Graham Ian Colin Stuart Alan Philip
    Martin Neil Gareth Liam Callum Theodore Walter Leonard Vincent Frederick"""),
    _names("""Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret
    Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca
    Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha
    Katherine Christine Debra Rachel Carolyn Janet Catherine Heather Diane Ruth Julie Olivia Joyce
    Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith Penelope Charlotte Sophie Hannah Lucy
    Alice Fiona Alison Gillian Eleanor Josephine Theresa Abigail Frances"""),
    _names("""Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez
    Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark
    Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams
    Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Evans Turner Phillips Parker Edwards
    Collins Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard
    Ward Cox Richardson Wood Watson Brooks Bennett Gray James Hughes Price Myers Long Foster Sanders
    Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Patterson Jordan
    Reynolds O'Brien O'Connor McDonald MacLeod Fitzgerald Patel Khan Singh Davies Griffiths Owen Shaw
    Holmes Mason"""),
    0.42,
    _names("""Ash Barn Beck Black Brad Brent Bridge Broad Burn Church Clay Clif Cole Cran Dal Dun East El Fair Fen
    Glad Glen Green Had Hal Hart Har Hay Hazel High Hol Hunt Kil King Lang Lin Long Marsh Med Mil Mor
    Nor Oak Ox Park Pem Pres Rad Raven Red Rock Rush Sal Shel Stan Stock Stone Sut Thorn Trow Wake Wal
    War Wes Whit Wil Win Wood Wor"""),
    _names("""bourne bridge brook burn bury by combe cott croft dale den don field ford gate ham hurst land ley low
    man march mond more ridge rick sey shaw son stead ster stock stone ston ton wald ward water way
    well wick win wood worth"""),
    ["Mr", "Mrs", "Ms", "Dr", "Prof.", "Mr.", "Dr.", "Miss"],
    ("Sr.", "Jr."),
    _short(
        "James Jim Jimmy;John Jack Johnny;Robert Bob Rob Bobby;Michael Mike Mick;William Bill Will Billy;David Dave;"
        "Richard Rick Dick Rich;Joseph Joe;Thomas Tom;Charles Charlie Chuck;Christopher Chris Kit;Daniel Dan Danny;"
        "Matthew Matt;Anthony Tony;Donald Don;Steven Steve;Andrew Andy Drew;Joshua Josh;Kenneth Ken;Timothy Tim;"
        "Ronald Ron;Edward Ed Ted Eddie;Jeffrey Jeff;Jacob Jake;Nicholas Nick;Jonathan Jon;Stephen Steve;"
        "Larry Lawrence;"
        "Benjamin Ben;Samuel Sam;Gregory Greg;Alexander Alex;Patrick Pat Paddy;Raymond Ray;Zachary Zach;Douglas Doug;"
        "Harold Harry Hal;Philip Phil;Gareth Gaz;Theodore Ted Theo;Walter Wally;Leonard Len;Vincent Vince;"
        "Frederick Fred;"
        "Patricia Pat Tricia Patty;Jennifer Jenny Jen;Elizabeth Liz Beth Betty Libby;Barbara Barb;Susan Sue Susie;"
        "Margaret Maggie Peggy Meg;Kimberly Kim;Deborah Debbie;Rebecca Becky;Pamela Pam;Samantha Sam;Stephanie Steph;"
        "Katherine Kate Kathy Katie;Christine Chris Tina;Catherine Cathy Kate;Victoria Vicky Tori;Christina"
        " Tina Chris;"
        "Judith Judy;Penelope Penny;Eleanor Ellie Nell;Josephine Jo Josie;Theresa Terry Tess;Abigail Abby;"
        "Frances Fran;"
        "Dorothy Dot Dottie;Cynthia Cindy;Virginia Ginny;Alexandra Alex Sandra;Amanda Mandy;Sarah Sally"
    ),
)  # fmt: skip
FRENCH = Tongue(
    _names("""Jean Pierre Michel Philippe Nicolas Christophe Alain Patrick Laurent Julien Thomas Éric Frédéric
    Stéphane Sébastien Olivier François Pascal Bernard Christian David Daniel Jacques Thierry Gérard
    Alexandre Vincent Antoine Maxime Guillaume Mathieu Benoît Romain Hugo Lucas Louis Gabriel Raphaël
    Jérôme Cédric Bruno Didier Denis Serge Hervé Yves Xavier Emmanuel Franck Fabrice Arnaud Loïc
    Étienne Clément Quentin Jean-Pierre Jean-Luc Jean-Claude Mohamed Karim"""),
    _names("""Marie Nathalie Isabelle Sylvie Catherine Françoise Valérie Christine Monique Sophie Sandrine Véronique
    Martine Céline Julie Stéphanie Anne Brigitte Laurence Chantal Camille Léa Manon Chloé Emma Sarah
    Pauline Mathilde Marine Aurélie Émilie Élodie Caroline Claire Hélène Virginie Delphine Dominique
    Florence Michèle Nicole Jacqueline Jeanne Madeleine Marguerite Suzanne Élisabeth Thérèse Geneviève
    Charlotte Juliette Inès Jade Louise Fatima Marie-Claire Anne-Sophie"""),
    _names("""Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy
    Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller
    Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia
    Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis
    Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet
    Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard
    Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey
    Leclerc Payet Rolland Leclercq Guillaume Lecomte Diallo Benali"""),
    0.45,
    _names("""Beau Bel Ber Bois Bon Bour Bran Brous Cazal Cha Char Clair Col Cour Cres Dar Des Dubr Far Fau Fer Flam
    Font Fro Gar Gas Gir Gran Gri Haute Jac Jour Lam Lar Len Mal Mar Mon Mont Mou Nor Pas Pel Per Poi
    Pont Puy Quer Rab Rem Roch Ros Rou Sal Sau Ser Tar Ter Tour Val Ver Vil Vau"""),
    _names("""ard aud ault ay beau bert boin champ court dier don dray eau elle et eron gnac gnon ier illon in lac
    land let lier lin mont nard neau net nier not ot ou ouin quet rand reau rel ret rier ron sac seau
    ssier teau tel tier ton trand vain ville vin"""),
    ["M.", "Mme", "Dr", "Mlle", "Monsieur", "Madame"],
    ("père", "fils"),
    _short(
        "Nicolas Nico;Christophe Chris Tof;Frédéric Fred;Sébastien Seb;Philippe Phil;Alexandre Alex;Maxime Max;"
        "Emmanuel Manu;Gérard Gégé;Laurent Lolo;Mathieu Mat;Antoine Tonio;Stéphane Stef;Isabelle Isa;Catherine Cathy;"
        "Valérie Val;Véronique Véro;Stéphanie Stéph;Caroline Caro;Florence Flo;Nathalie Nath;Jacqueline Jacquie;"
        "Élisabeth Babeth;Dominique Domi;Virginie Ginie;Madeleine Mado;Thérèse Tess;Juliette Juju;Delphine Del"
    ),
)  # fmt: skip
SPANISH = Tongue(
    _names("""Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro
    Pablo Ángel Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Enrique Ramón Vicente Iván
    Rubén Óscar Andrés Joaquín Santiago Eduardo Víctor Roberto Mario Jaime Ignacio Marcos Salvador
    Guillermo Gabriel Emilio Hugo Julián Tomás Agustín Félix Gonzalo Ricardo Nicolás Cristóbal Martín
    Jordi José-Luis Juan-Carlos"""),
    _names("""María Carmen Ana Isabel Laura Dolores Pilar Cristina Marta Josefa Lucía Francisca Antonia Teresa Sara
    Paula Elena Raquel Rosa Manuela Concepción Mercedes Julia Beatriz Nuria Silvia Rosario Irene
    Encarnación Alba Patricia Rocío Andrea Montserrat Mónica Alicia Ángela Sonia Sandra Susana
    Margarita Yolanda Inmaculada Eva Sofía Natalia Claudia Consuelo Lourdes Guadalupe Esperanza
    Victoria Inés Verónica"""),
    _names("""García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz
    Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez
    Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz
    Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano Cruz Méndez Flores Prieto Herrera
    Peña León Márquez Cabrera Gallego Calvo Vidal Campos Reyes Vega Fuentes Carrasco Diez Aguilar
    Caballero Nieto Santana Vargas Pascual Giménez Herrero Hidalgo Montero Lorenzo Santiago Benítez
    Durán Ibáñez Arias Mora Ferrer Carmona Vicente Rojas Soto Crespo Román Pastor Velasco Parra Sáez
    Moya Bravo Rivera Gallardo Soler"""),
    0.78,
    _names("""Alba Alca Arri Baena Balles Barra Beni Cala Campo Carri Casti Cerve Ciru Echa Esca Espi Este Figue
    Gala Garri Goi Herra Iba Iri Jaure Lari Linde Llo Maca Mene Mira Mora Nava Olive Orte Pala Peña
    Pina Quinta Ribe Rome Saave Sala Sego Sola Tama Teje Uri Vale Villa Zara"""),
    _names("""cón da dero do dez gorri jo lla lles llo ma mar mendi món na ncia nda nes no nte nza ña ñez ra rano
    rez ría ro rra rte sa seda so sta ta te tes tia to va vedo villa yo za zábal zola"""),
    ["Sr.", "Sra.", "D.", "Dña.", "Dr.", "Dra."],
    ("(padre)", "(hijo)"),
    _short(
        "José Pepe;Francisco Paco Curro Fran;Ignacio Nacho;Jesús Chus;Manuel Manolo;Enrique Quique;Rafael Rafa;"
        "Fernando Nando;Javier Javi;Santiago Santi;Alberto Beto;Eduardo Edu;Guillermo Guille;Alejandro Álex Jandro;"
        "Miguel Migue;Antonio Toni;Daniel Dani;Roberto Rober;Salvador Salva;Joaquín Quino;Nicolás Nico;"
        "Vicente Chente;"
        "Dolores Lola;Concepción Concha;Mercedes Merche;Francisca Paqui Paca;Josefa Pepa;Pilar Pili;Rosario Charo;"
        "Consuelo Chelo;Guadalupe Lupe;Montserrat Montse;Inmaculada Inma;Encarnación Encarna;Teresa Tere;Isabel Isa;"
        "Manuela Manoli;Beatriz Bea;Patricia Patri;Cristina Cris;Susana Susi;Yolanda Yoli;Natalia Nati;Victoria Vicky"
    ),
)  # fmt: skip
ITALIAN = Tongue(
    _names("""Giuseppe Antonio Giovanni Mario Luigi Francesco Marco Salvatore Alessandro Andrea Roberto Vincenzo
    Angelo Stefano Pietro Paolo Domenico Carlo Franco Bruno Luca Matteo Davide Giorgio Michele Fabio
    Claudio Massimo Enrico Sergio Riccardo Lorenzo Simone Federico Alberto Gianluca Daniele Filippo
    Maurizio Nicola Emanuele Gabriele Tommaso Edoardo Leonardo Umberto Raffaele Pasquale Gaetano
    Cristian Gianfranco"""),
    _names("""Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Paola
    Laura Giulia Elena Sara Chiara Silvia Federica Valentina Martina Elisa Alessandra Roberta Simona
    Daniela Cristina Barbara Monica Stefania Patrizia Rita Luisa Margherita Concetta Elisabetta
    Eleonora Giorgia Sofia Aurora Beatrice Ilaria Michela Raffaella Vincenza Domenica Emanuela
    Gabriella Ornella"""),
    _names("""Rossi Ferrari Russo Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De_Luca Mancini Costa
    Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli
    Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola De_Santis D'Angelo Marchetti
    Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala De_Angelis
    Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato Silvestri Mazza Testa
    Grassi Pellegrino Carbone Giuliani Benedetti Barone Rossetti Caputo Montanari Guerra Palmieri
    Bernardi Martino Fiore De_Rosa Ferretti Bellini Basile Riva Donati Piras Vitali Battaglia Sartori
    Neri Costantini Milani Pagano Ruggiero Sorrentino D'Amico Orlando Damico Negri"""),
    0.5,
    _names("""Alber Anto Bal Bar Bene Berto Bian Bon Bor Bran Cal Cam Cap Car Castel Cava Ceca Ciam Cor Dal Dona Fab
    Fal Fan Fio Forna Frances Gal Gam Gari Gasp Giaco Giu Gran Guar Lan Lom Luc Mag Mal Man Mar Masc
    Mer Mon Mor Nar Or Pal Pan Pas Pel Pie Pog Por Ric Ros Sal San Sar Scar Sim Spa Tam Tor Tra Val
    Ven Ver Vis Zan"""),
    _names("""accio aldi ani anti ardi ari ato bini boni cchi celli chetti cini coni della delli detti dini doni
    elli eri etti ghini giani gnoli iani ini isi ldi lini llo mani melli nelli nesi netti nini olini
    oni otti pelli petti rdo relli retti rini sani setti sini telli tini toni tti velli vini zani zoni"""),
    ["Sig.", "Sig.ra", "Dott.", "Dott.ssa", "Ing.", "Avv."],
    ("senior", "junior"),
    _short(
        "Giuseppe Beppe Peppe Pino;Luigi Gigi;Francesco Franco Checco;Alessandro Sandro Ale;Vincenzo Enzo;"
        "Domenico Mimmo;"
        "Salvatore Totò;Giovanni Gianni;Filippo Pippo;Lorenzo Renzo Enzo;Antonio Tonino Toni;Tommaso Tommi;"
        "Davide Dado;"
        "Massimo Max;Maurizio Mauri;Raffaele Lele;Gaetano Tano;Gabriele Lele;Federico Fede;Emanuele Manu;"
        "Michele Miki;"
        "Nicola Nico;Riccardo Ricky;Giuseppina Giusy Pina;Elisabetta Betta;Francesca Franci;Valentina Vale;"
        "Alessandra Ale;Concetta Tina;Caterina Rina;Patrizia Patty;Stefania Stefy;Vincenza Enza;Federica Fede;"
        "Eleonora Ele;Raffaella Lella;Domenica Mimma;Emanuela Manu;Giovanna Vanna;Antonietta Etta"
    ),
)  # fmt: skip
POLISH = Tongue(
    _names("""Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Marek Łukasz Grzegorz Mateusz
    Wojciech Mariusz Dariusz Zbigniew Maciej Rafał Robert Jerzy Kamil Jacek Józef Dawid Ryszard
    Tadeusz Szymon Kacper Janusz Stanisław Bartosz Artur Jarosław Sławomir Mirosław Henryk Sebastian
    Damian Patryk Przemysław Roman Wiesław Kazimierz Marian Aleksander Filip Franciszek Adrian"""),
    _names("""Anna Katarzyna Maria Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena Joanna Aleksandra
    Zofia Monika Teresa Danuta Natalia Julia Karolina Marta Beata Dorota Jadwiga Janina Alicja Jolanta
    Irena Grażyna Iwona Paulina Justyna Zuzanna Bożena Wiktoria Urszula Renata Hanna Sylwia Agata
    Patrycja Helena Maja Izabela Emilia Aneta Weronika Ewelina Oliwia Halina Klaudia"""),
    _names("""Nowak Kowalczyk Woźniak Mazur Krawczyk Kaczmarek Zając Król Wieczorek Wróbel Stępień Adamczyk Dudek
    Pawlak Sikora Walczak Baran Michalak Szewczyk Pietrzak Tomczyk Wójcik Jakubiak Duda Bąk Wilk Lis
    Kubiak Szczepaniak Kaźmierczak Kołodziej Sobczak Czerwiec Mróz Urban Kania Mazurek Kozioł Kozak
    Cieślak Głowacz Gajda Klimek Urbaniak Laskowik Ziółek Bielak Markiewicz Borowiec Janik Tomczak
    Marciniak Matusiak Bednarz Stasiak Sowa Pająk Wolny Żak Banaś"""),
    0.45,
    _names("""Adam Bar Biel Bor Bran Brzez Chmiel Czar Dąb Dobr Domań Gaj Gór Grab Grom Jab Jan Jawor Jezior Kal Kam
    Karp Klon Kos Koz Kras Kwiat Lewand Lip Lis Maj Mal Maz Mich Mil Mor Nied Nowak Olsz Osow Ostr
    Pawł Piasec Piotr Rac Rog Rutk Sad Sikor Sob Sosn Stan Szcz Szym Tom Urb Wal Wasil Wier Wiśn Wojc
    Wys Zab Zal Ziel Żuraw"""),
    _names("""owicz ewicz czuk czyk niak iak owiak ecki acz ak ek ik owik uk uś yk orz ota asz arz al ela ich ulec
    ysz"""),
    ["Pan", "Pani", "mgr", "dr", "inż."],
    ("senior", "junior"),
    _short(
        "Krzysztof Krzysiek;Andrzej Jędrek;Tomasz Tomek;Piotr Piotrek;Jan Janek;Jakub Kuba;Grzegorz Grzesiek;"
        "Wojciech Wojtek;Dariusz Darek;Zbigniew Zbyszek;Maciej Maciek;Jerzy Jurek;Ryszard Rysiek;Tadeusz Tadek;"
        "Stanisław Staszek;Bartosz Bartek;Jarosław Jarek;Sławomir Sławek;Mirosław Mirek;Henryk Heniek;"
        "Kazimierz Kazik;"
        "Przemysław Przemek;Wiesław Wiesiek;Franciszek Franek;Katarzyna Kasia;Małgorzata Gosia;Agnieszka Aga;"
        "Barbara Basia;Krystyna Krysia;Elżbieta Ela;Magdalena Magda;Joanna Asia;Aleksandra Ola;Zofia Zosia;Anna Ania;"
        "Teresa Tereska;Jadwiga Jadzia;Jolanta Jola;Maria Marysia;Justyna Justa;Urszula Ula;Bożena Bożenka;"
        "Wiktoria Wika"
    ),
)  # fmt: skip
SHORT_STREETS = (
    ("straße", "str."), ("gasse", "g."), ("platz", "pl."), (" Street", " St"), (" Road", " Rd"), (" Avenue", " Ave"),
    (" Lane", " Ln"), (" Drive", " Dr."), (" Court", " Ct"), (" Place", " Pl"), ("avenue ", "av. "),
    ("boulevard ", "bd "), ("Avenida ", "Avda. "), ("Calle ", "C/ "), ("Plaza ", "Pza. "), ("Piazza ", "P.za "),
    ("Viale ", "V.le "), ("Via ", "V. "), ("ul. ", ""), ("室", ""), (", Apt ", " #"), ("路", "路 "),
)  # fmt: skip
"""How street names are shortened."""
