"""Words that the re-casing of names must know; all entries are lower-case except the legal forms."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES = _words("""
    af al and auf aus av bei bin bint by da das de degli dei del della delle dem den der des di do dos du el en et
    for för für ibn in la las le les los of och og op pour sur te ten ter the tot uit ul und van vom von zu zum zur
""")
"""Lower-case unless they come first."""

FIRST_PARTICLES = _words("van vom von zu zum zur ten ter")
"""Lower-case even as the first of several words: van der Berg."""

FORMS = {
    form.lower(): form
    for form in _words("""
        GmbH mbH AG KG KGaA OHG UG GbR eG eK LLC LLP LP PLC Inc Ltd Corp Co Cie SA SAS SARL SCS SE NV BV CV
        VOF SpA Srl Snc Oy Oyj AB AS ASA ApS Pty Pte Bhd Sdn JSC OJSC PJSC OOO ZAO PAO Kft Zrt Nyrt SRO Lda
        Ltda EIRELI PhD
    """)
}
"""Legal forms of companies; only where they do not come first."""

ACRONYMS = _words("""
    abb abc adac adp aeg aig aok asus att axa basf bbc bbva bmw bnp bp cnn crm csx cvs dhl dkb dpd edf edp fbi
    fdp fifa ge gls gm hp hsbc htc ibm icbc ihg ikea imf itv jvc kfc kfw kia klm kpmg ktm lbbw lg lvmh nasa
    nato nbc nec nfl nhl nhs noaa ntt nyse oecd omv pdf pnc pwc qvc rbc rbs rwe sap sbb skf sncf ssab tcs tdk
    tsmc tui tüv ubs ucla uefa unesco unicef usa usps vw wdr wto wwf zdf zte ii iii iv vii viii ix
""")
"""Written in capitals, whatever the source has."""

CAPITALS_STAY = _words("""
    aes atp aoe cia cio ceo cfo coo cpa eni erp esa eu fao hr ics ihs ing ips it itc itt mit nyc obi otc roi
    sas suv tv uae ucb uk un ups us usb vag vip who
""")
"""Acronyms where the source has capitals; in small letters they may be words."""

MAC_NAMES = _words("""
    macadam macalister macallister macarthur macaskill macaulay macauley macbeth macbride maccallum maccarthy
    macconnell maccormack maccormick maccullough macdonald macdonell macdonnell macdougall macdowell macduff
    macduffie macewan macewen macfadden macfarlane macfarland macgill macgillivray macgowan macgrath macgregor
    macgyver macinnes macinnis macintosh macintyre maciver macivor mackellar mackenna mackenzie mackerras
    mackinnon mackintosh maclachlan maclaine maclaren maclaurin maclean macleary macleay maclennan macleod
    maclure macmahon macmanus macmaster macmillan macmurray macmurtry macnab macnair macnamara macnaughton
    macneice macneil macneill macnicol macphail macphee macpherson macquarie macqueen macrae macready macritchie
    macsween mactaggart mactavish macvicar macwhirter macwilliams
""")
"""Surnames with a capital behind Mac; any other that begins so is written like every word: Machado, Mackay."""

WITHOUT_VOWEL = _words("dr drs hr jr mr mrs ms mme mgr ng sr st str")
"""No vowel and yet no acronym."""

SHORT_NAMES = _words("""
    abe ada al ali amy an ana ann ava bea ben bo bob cho chu col dag dan deb del don dov ed eli eva eve fay
    fei flo fu gal gil gus guy ha hal he ho hu ian ida ike ilo ina ira ivo jan jay jed jim jin jo job joe jon
    joy jun kai kay ken kim kip kit la lan le lea lee leo les lev lex li lin liu liv lo lou lu luc luz ma mae
    mai max may mei mel mia mo nan nat ned nia nik noa oz pam pat paz pei per pia qi rae raj ram ray rex rob
    rod ron roy rui sal sam san sid sky sol su sue sun suk tad taj tan ted tia tim tod tom tu udo una uta ute
    uwe val vic viv vu wei wen wu xi xu yan yao ye yi yu yue zac zoe zhu
""")
"""A single word of at most three capitals is taken for an acronym unless it names a person, as these do."""
