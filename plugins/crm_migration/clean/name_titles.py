"""What stands before and after a person's name and is no part of it; all entries are lower-case without dots."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("""
    mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend capt captain lt sgt cmdr
    herr frau fräulein fraulein dipl-ing dipl-inf dipl-kfm dipl-kffr dipl-psych dipl-phys dipl-chem dipl-math
    dipl-betriebswirt dr-ing univ-prof priv-doz mme mmes mlle mlles madame monsieur mademoiselle maître
    señor señora señorita sra srta dña doña senhor senhora signor signora sig sigra dott dottssa dottoressa
    avv dhr mevr mevrouw meneer drs pan pani mgr inż g-n г-н г-жа shri smt kumari datuk dato' datin tunku
    hr sheikh shaikh haji hajji ustaz
""")
"""Before a name, with or without a dot."""

DOTTED_TITLES = _words("""
    fr ing mag hon col maj gen adm brig cpl pvt sr don arch geom rag lic eng engr ir mw pd ra dir pres sen rep
    gov amb pfr pater
""")
"""Before a name, only with a dot: without one they may be names or particles."""

AFTER_A_DOCTOR = _words("""
    med dent vet phil jur iur rer nat pol oec ing hc habil techn theol mult univ et sc agr forest paed psych soc
    publ mont dr
""")
"""With a dot behind "Dr." or "Prof.": which doctor it is."""

SUFFIXES = _words("jr sr jun sen ii iii iv 2nd 3rd phd md mba esq cpa dds dvm llm jd msc bsc mph edd psyd ret")
"""After a name, with or without dots."""

SMALL_SUFFIXES = _words("jr sr ii iii iv phd md mba cpa dds dvm llm jd msc bsc mph")
"""Those that are no names in small letters either."""

SUFFIXES_BY_COMMA = _words("""
    ma ba ms bs do rn pe pa np dc od llb obe cbe mbe kbe qc kc frcs fca aca acca cfa cfp pmp phr cpp cissp csm
    sj op osb ofm mdb mdl mep mp bed med mfa mpa msw lcsw rpt ot pt dmd dphil drph eng ceng cga chfc clu usn usmc
    usaf usa csc drsc
""")
"""After a comma, in capitals or with dots; elsewhere they may be names."""

SPELLED = {
    "ph.d.": "Ph.D.", "m.sc.": "M.Sc.", "b.sc.": "B.Sc.", "ll.m.": "LL.M.", "h.c.": "h.c.", "dipl.-ing.": "Dipl.-Ing.",
    "dr.-ing.": "Dr.-Ing.", "dipl.-kfm.": "Dipl.-Kfm.", "univ.-prof.": "Univ.-Prof.", "med.": "med.",
    "dent.": "dent.", "rer.": "rer.", "nat.": "nat.", "pol.": "pol.", "oec.": "oec.", "vet.": "vet.", "iur.": "iur.",
    "habil.": "habil.", "mult.": "mult.", "techn.": "techn.", "theol.": "theol.",
    "phil.": "phil.", "jur.": "jur.", "dott.ssa": "Dott.ssa", "sig.ra": "Sig.ra",
    "mba": "MBA", "md": "MD", "cpa": "CPA", "dds": "DDS", "dvm": "DVM", "llm": "LLM", "jd": "JD", "msc": "MSc",
    "bsc": "BSc", "mph": "MPH", "phd": "PhD", "'t": "'t", "’t": "’t",
}  # fmt: skip
"""How words that are neither titled nor all capitals are written; not for the first word of a name."""

FAMILY_PARTICLES = _words("""
    van von der den dem de del della delle dello dei degli di da das do dos du des la las le los lo el al bin binti
    bint ibn ben af av zu zum zur vom ter ten te op 't ’t auf aus st st. saint ste ste. san santa mac mc abu bou
    ould e' d' tot uit
""")
"""Words that belong to the family name behind them."""

PERHAPS_GIVEN = _words("van della al ben san do du el lo abu mac santa la te ten")
"""Particles that are given names as well, when they come first: Van Morrison, Della Reese, Al Pacino."""

FAMILY_JOINTS = _words("y")
"""Between two family names: Ortega y Gasset."""

TWO_NAMES = _words("and und et u. og och")
"""Between the names of two people: Mr and Mrs Smith."""

PARTICLE_JOINTS = _words("und")
"""Between two particles: von und zu Guttenberg."""
