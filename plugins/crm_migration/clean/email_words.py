"""Mailboxes that belong to a role, and domains that are thrown away or misspelt; all entries in small letters."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES = _words("""
    abuse account accounting accounts admin administracion administracja administration administrator ads
    anfrage anfragen assistance atencionalcliente backoffice bestellung bestellungen bewerbung bewerbungen billing
    biuro board bookings booking buchhaltung buero büro business callcenter career careers cc ceo
    cfo clientes clients comercial commandes commercial compliance comptabilite comptabilité compras compta
    contabilidad contabilidade contact contact-us contacto contactus contato contatti contattaci contabilita
    customer customercare customerservice customersupport cs datenschutz desk devnull direccion direction
    direzione dispatch dpo einkauf email empfang empleo enquiries enquiry events export facturacion facturas
    facturation faktura fakturownia feedback finance finanzen firma frontdesk ftp geral gestion hallo hello help
    helpdesk hola hostmaster hr import impressum info infos information informacion informatie informationen
    inbox inquiries inquiry investor investors invoice invoices invoicing it jobs karriere kontakt kontor
    kundendienst kundenservice kundeservice legal list lists logistics logistik mail mailbox mailer-daemon
    mailing management manager marketing media meldungen moderator moin news newsletter no-reply
    no.reply no_reply nobody noc noreply nicht-antworten nepasrepondre office online operations order orders
    ordini pagos partner partners payroll pedidos personal personalabteilung poczta post postmaster praxis
    presse press pr privacy produktion project projects prensa purchase purchasing purchaseorders qa reception
    recepcion receptie recruiting recruitment reklamation remove rh rechnung rechnungen registrar request
    reservas reservation reservations reservierung returns root rrhh sales sales-team salesteam sekretariat
    secretaria secretariado secretariat secretary security segreteria service serviceclient serwis shipping shop
    soporte spam spedition sprzedaz staff store studio subscribe suporte support supporto sysadmin tech
    technik technical techsupport team teamassistenz tickets trade training travel undisclosed-recipients
    unsubscribe usenet uucp vendas vendite ventas verkauf verkoop verwaltung vertrieb webadmin webmaster
    welcome werkstatt widerruf www zarzad zentrale jubao kefu xiaoshou caiwu renshi zhaopin shichang bangong
    客服 销售 市场 财务 人事 招聘 采购 联系 咨询
""")
"""Local parts that a team or a machine reads, not one person (RFC 2142 and what companies add to it)."""

DISPOSABLE = _words("""
    0-mail.com 10mail.org 10minutemail.com 10minutemail.net 1secmail.com 1secmail.net 1secmail.org 20minutemail.com
    2prong.com 33mail.com anonbox.net anonymbox.com armyspy.com bccto.me beefmilk.com binkmail.com
    bobmail.info boun.cr bugmenot.com burnermail.io byom.de chacuo.net chammy.info cuvox.de dayrep.com
    deadaddress.com despam.it devnullmail.com discard.email discardmail.com discardmail.de dispostable.com
    dodgeit.com dodgit.com drdrb.com dropmail.me dump-email.info e4ward.com einrot.com einrot.de emailfake.com
    emailondeck.com emailsensei.com emailtemporario.com.br emltmp.com eyepaste.com fakeinbox.com fakemail.net
    fakemailgenerator.com filzmail.com fleckens.hu generator.email getairmail.com getnada.com
    gishpuppy.com grr.la guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info
    guerrillamail.net guerrillamail.org guerrillamailblock.com gustr.com harakirimail.com hidemail.de
    hmamail.com incognitomail.org inboxbear.com inboxkitten.com instant-mail.de jetable.org jourrapide.com
    kasmail.com kurzepost.de linshiyouxiang.net luxusmail.org mail-temporaire.fr mail.tm mail7.io mailcatch.com
    maildrop.cc maileater.com mailexpire.com mailforspam.com mailinator.com mailinator.net mailinator2.com
    mailmoat.com mailna.me mailnator.com mailnesia.com mailnull.com mailpoof.com mailsac.com mailtemp.info
    mailtothis.com meltmail.com minuteinbox.com mintemail.com moakt.cc moakt.com mohmal.com mt2009.com
    muellmail.com mytemp.email mytrashmail.com nada.email nospam.ze.tc nwytg.net objectmail.com oneoffmail.com
    onewaymail.com pokemail.net proxymail.eu rcpt.at reallymymail.com rhyta.com safetymail.info
    sharklasers.com shieldemail.com shitmail.me sneakemail.com sofort-mail.de sogetthis.com spam4.me spamavert.com
    spambog.com spambog.de spambox.us spamcorptastic.com spamday.com spamex.com spamfree24.org spamgourmet.com
    spamherelots.com spamhole.com spaml.com spamspot.com superrito.com suremail.info teleworm.us temp-mail.io
    temp-mail.org tempail.com tempemail.net tempinbox.com tempmail.com tempmail.de tempmail.net tempmail.plus
    tempmailaddress.com tempmailo.com tempomail.fr temporaryemail.net temporarymail.com tempr.email thankyou2010.com
    throwam.com throwawaymail.com tmail.ws tmailinator.com tmpmail.net tmpmail.org trash-mail.com trash-mail.de
    trashmail.com trashmail.de trashmail.me trashmail.net trashmail.ws trbvm.com wegwerfemail.de
    wegwerfmail.de wegwerfmail.net wegwerfmail.org wh4f.org whyspam.me yopmail.com yopmail.fr yopmail.net
    you-spam.com zoemail.org
""")
"""Domains that give an address to anybody for minutes."""

TYPOS = {
    wrong: right
    for right, wrongs in {
        "gmail.com": "gamil.com gmial.com gmai.com gmal.com gmali.com gmil.com gmaill.com gmailc.com gnail.com "
        "gmail.con gmail.cm gmail.co gmail.cmo gmail.om gmail.vom gmail.comm gmail.ocm gmail.cpm gmail.xom "
        "gmail.cim gmail.coml gmeil.com gmaul.com gimail.com ggmail.com gmaik.com gmaol.com "
        "gmaio.com gmqil.com gmsil.com "
        "googlemail.con googlmail.com goglemail.com googelmail.com",
        "hotmail.com": "hotmial.com hotmal.com hotmai.com hotmil.com hotmaill.com homail.com hotamil.com "
        "hotmail.con hotmail.cm hotmail.co hotmail.cmo hotmail.om hotmail.comm hotmail.ocm hotmail.vom "
        "hotmali.com hormail.com hptmail.com htomail.com hotnail.com hotmaik.com "
        "hotmeil.com hottmail.com otmail.com",
        "yahoo.com": "yaho.com yahooo.com yhoo.com yahoo.con yahoo.cm yahoo.co yahoo.cmo yahoo.om yahoo.comm "
        "yahoo.ocm yhaoo.com yaoo.com yajoo.com yahho.com uahoo.com tahoo.com yahou.com ayhoo.com yaaho.com "
        "yahoo.cim yahoo.vom",
        "outlook.com": "outlok.com outloo.com outlool.com outllook.com otulook.com oulook.com outlook.con "
        "outlook.cm outlook.co outlook.cmo outlook.om outlokk.com outlock.com outlouk.com putlook.com outtlook.com",
        "icloud.com": "iclod.com iclould.com icloud.con icloud.cm icloud.co icoud.com iclowd.com icluod.com icolud.com",
        "aol.com": "aol.con aol.cm aol.co aoll.com aol.cmo",
        "live.com": "live.con live.cmo liev.com lve.com",
        "msn.com": "msn.con msn.cm msn.cmo",
        "googlemail.com": "googlemail.cm gogglemail.com",
        "gmx.de": "gmx.ed gnx.de gmx.dee gxm.de",
        "gmx.net": "gmx.ent gmx.nt gxm.net gnx.net",
        "web.de": "web.ed",
        "t-online.de": "tonline.de t-onlin.de t-online.ed t-onlien.de t-onine.de t-olnine.de t-online.dee",
        "freenet.de": "freent.de frenet.de freenet.ed",
        "orange.fr": "ornage.fr orange.rf orang.fr",
        "wanadoo.fr": "wanado.fr wandoo.fr wanadou.fr",
        "qq.com": "qq.con qq.cm qq.co qq.cmo qq.comm",
        "163.com": "163.con 163.cm 163.co 163.cmo 163.comm 1163.com",
        "126.com": "126.con 126.cm 126.co 126.cmo 126.comm",
        "sina.com": "sina.con sina.cm sina.co sian.com",
        "foxmail.com": "foxmial.com foxmail.con foxmail.cm foxmal.com",
        "mail.ru": "mail.r maill.ru mial.ru",
        "yandex.ru": "yadex.ru yandx.ru yandex.r",
    }.items()
    for wrong in wrongs.split()
}
"""Misspelt domains of the large providers, each with the one that was probably meant."""

TYPO_ENDINGS = _words("con cmo ocm cpm vom xom comm coom cim nett orgg ogr dee")
"""Last labels that are no top-level domain but a slip of the finger."""
