onboarding-bar = { $name } wird eingerichtet.
onboarding-bar-back = Zum nächsten Schritt
onboarding-new = Neuer Kunde
onboarding-steps = Schritte der Einrichtung
onboarding-step-create = Kunde anlegen
onboarding-step-licenses = Lizenzen
onboarding-step-people = Benutzer
onboarding-step-mail = E-Mail
onboarding-step-branding = Erscheinungsbild
onboarding-step-review = Prüfen und starten

# Schritt 1
onboarding-create-context = Wird beim Tippen gespeichert. Angelegt wird der Kunde erst, wenn Sie es sagen.
onboarding-details = Angaben zum Kunden
onboarding-details-sub = Das Nötige, um den Kunden anzulegen. Er besteht sofort.
onboarding-name = Name
onboarding-legal-name = Rechtlicher Name
onboarding-legal-name-hint = Wie in Verträgen, wenn er anders lautet.
onboarding-subdomain = Subdomain
onboarding-subdomain-hint = Ein Wort wie acme, für diesen Kunden reserviert. Noch ist dort nichts zu finden; später nicht zu ändern.
onboarding-domain = Domain
onboarding-domain-hint = Muss zur Domain der E-Mail-Umgebung des Kunden passen.
onboarding-kind = Abonnement
onboarding-max-mau = MAX MAU
onboarding-max-mau-hint = Feste Obergrenze der in einem Monat aktiven Personen.
onboarding-region = Datenregion
onboarding-region-hint = Kann nach der Anlage nicht geändert werden. Die Daten des Kunden liegen für immer in dieser Region.
onboarding-country = Land
onboarding-country-hint = Zwei Buchstaben, etwa SE.
onboarding-time-zone = Zeitzone
onboarding-time-zone-hint = Etwa Europe/Stockholm. Leer: Ihre eigene.
onboarding-language = Sprache
onboarding-language-en = Englisch
onboarding-language-de = Deutsch
onboarding-inherit = Wie Ihre eigene
onboarding-sector = Branche
onboarding-admin-email = E-Mail des Administrators
onboarding-admin-email-hint = Der erste Administrator des Kunden selbst.
onboarding-reference = Ihre Referenz
onboarding-create = Kunde anlegen
onboarding-save-exit = Speichern und schließen
onboarding-kept = Gespeichert. Sie können hier, an einem anderen Rechner oder mit einer anderen Person weitermachen.
onboarding-not-kept = Noch ist nichts gespeichert.

# Ein Entwurf
onboarding-hand = Übergeben
onboarding-hand-sub = Jemand anders macht weiter, wo Sie aufgehört haben.
onboarding-whose = Zuständig
onboarding-hand-do = Übergeben
onboarding-reserve = Plätze reservieren
onboarding-reserve-sub = { $days } Tage lang bekommt sie niemand sonst; dann kehren sie von selbst zurück.
onboarding-reserved = { $n ->
    [one] { $n } Platz ist reserviert bis { $until } UTC.
   *[other] { $n } Plätze sind reserviert bis { $until } UTC.
}
onboarding-reserve-hint = 0 gibt eine Reservierung auf.
onboarding-reserve-do = Reservieren
onboarding-delete = Entwurf löschen
onboarding-delete-text = Was ausgefüllt wurde, ist dann weg, und reservierte Plätze sind wieder frei.

# Wird angelegt
onboarding-progress = Der Kunde wird angelegt
onboarding-progress-sub = Meist ein paar Sekunden
onboarding-progress-context = Sie können diese Seite schließen: die Arbeit läuft weiter, und die Einrichtung wartet auf Sie.
onboarding-progress-wait = Der nächste Schritt öffnet sich von selbst, sobald alles bereit ist.
onboarding-progress-look = Erneut nachsehen
onboarding-sub-customer = Kunde und Domain
onboarding-sub-region = Datenregion
onboarding-sub-storage = Objektspeicher
onboarding-sub-ready = Bereit zur Einrichtung
onboarding-sub-undone = Zurückgenommen
onboarding-sub-again = Wird gleich wieder versucht: { $why }
onboarding-failed-at = Der Schritt „{ $step }“ ist gescheitert.
onboarding-failed-undone = Alles davor wurde zurückgenommen: kein halber Kunde bleibt, seine Domain ist frei. Ihre Angaben sind noch da.
onboarding-failed-waits = Auch das Zurücknehmen gelang nicht, darum wartet die Arbeit. Lassen Sie es erneut versuchen, wenn die Ursache behoben ist.
onboarding-called-off = Das Anlegen wurde abgebrochen.
onboarding-retry = Erneut versuchen
onboarding-to-list = Alle Einrichtungen

# Die Liste
onboarding-context = Entwürfe, und Kunden, die noch nicht gestartet sind.
onboarding-drafts = Entwürfe
onboarding-drafts-sub = Begonnen, nicht angelegt. Sie halten keine Plätze, außer Sie reservieren welche.
onboarding-customers = Kunden in Einrichtung
onboarding-customers-sub = Angelegt, nicht gestartet
onboarding-no-drafts = Keine Entwürfe
onboarding-no-drafts-text = Ein Kunde, den Sie beginnen und nicht gleich anlegen, wartet hier.
onboarding-no-customers = Niemand wird eingerichtet
onboarding-no-customers-text = Kunden stehen hier vom Anlegen bis zum Start.
onboarding-unnamed = Noch ohne Namen
onboarding-col-name = Kunde
onboarding-col-reserved = Reservierte Plätze
onboarding-col-changed = Geändert
onboarding-col-step = Nächster Schritt
onboarding-col-created = Angelegt

# Schritt 2
onboarding-licenses-context = Plätze kommen aus Ihrem Pool; niemand bekommt mehr, als da sind.
onboarding-licences = Stufe und Plätze
onboarding-licences-sub = Beides lässt sich später ändern.
onboarding-licences-closed = Plätze vergibt, wer sie zuteilen darf. Fragen Sie den Inhaber oder einen Administrator.
onboarding-tier = Stufe
onboarding-tier-starter = Für den Anfang.
onboarding-tier-pro = Die übliche Wahl.
onboarding-tier-enterprise = Für große Kunden mit eigener Vereinbarung.
onboarding-seats = Plätze
onboarding-seats-hint = Einer für jede Person, die gleichzeitig aktiv ist.
onboarding-trial-seats = { $n ->
    [one] { $n } Platz seines Tests, außerhalb Ihres Pools.
   *[other] { $n } Plätze seines Tests, außerhalb Ihres Pools.
}
onboarding-pool-before = Jetzt verfügbar
onboarding-pool-claims = Von anderen Entwürfen reserviert
onboarding-pool-claims-text = nicht darunter
onboarding-pool-this = Für diesen Kunden
onboarding-pool-after = Danach verfügbar
onboarding-pool-short = Das sind mehr, als da sind: höchstens { $n } Plätze sind möglich. Bestellen Sie nach, oder geben Sie Plätze eines anderen Kunden zurück.
onboarding-pool-few = Nur { $n } Plätze bleiben übrig, weniger als { $few }. Denken Sie ans Nachbestellen.
onboarding-next = Weiter
onboarding-skip = Vorerst überspringen

# Schritte 3 bis 5
onboarding-people-context = Wählen Sie, wie die Leute des Kunden hierher kommen. Das geht auch nach dem Start.
onboarding-mail-context = Post geht nur in eine Domain, die nachweislich dem Kunden gehört.
onboarding-branding-context = Was die Leute des Kunden sehen.
onboarding-people-out = { $waiting } warten auf einen Platz, { $held } sind zurückgehalten, weil ihre Adresse außerhalb der bestätigten Domains liegt. Nichts davon ist verloren.
onboarding-card-members = Mitglieder
onboarding-card-members-text = Alle, die hier geschult werden.
onboarding-card-members-done = { $n ->
    [one] { $n } Mitglied
   *[other] { $n } Mitglieder
}
onboarding-card-members-open = Noch niemand
onboarding-card-members-go = Mitglieder öffnen
onboarding-card-import = CSV-Datei
onboarding-card-import-text = Laden Sie eine Liste hoch; was sie bewirkt, sehen Sie, bevor es geschieht.
onboarding-card-import-done = Leute sind da
onboarding-card-import-open = Nicht benutzt
onboarding-card-import-go = Liste hochladen
onboarding-card-sources = Entra ID, Google, LDAP oder eine CSV-Adresse
onboarding-card-sources-text = Tenantry holt die Liste: Verbindung prüfen, sehen, wie viele Leute und Plätze sie brächte, dann starten.
onboarding-card-sources-done = Der letzte Abgleich gelang
onboarding-card-sources-open = Nicht verbunden
onboarding-card-sources-wrong = Der letzte Abgleich schlug fehl
onboarding-card-sources-go = Quelle wählen
onboarding-card-directory = Verzeichnis (SCIM)
onboarding-card-directory-text = Okta, Entra ID und andere melden jede Änderung sofort.
onboarding-card-directory-done = Der letzte Abgleich gelang
onboarding-card-directory-open = Nicht verbunden
onboarding-card-directory-wrong = Der letzte Abgleich schlug fehl
onboarding-card-directory-go = Verzeichnis verbinden
onboarding-card-domain = Domain
onboarding-card-domain-text = Ein DNS-Eintrag beweist, dass die Domain dem Kunden gehört.
onboarding-card-domain-done = Bestätigt
onboarding-card-domain-open = Nicht bestätigt
onboarding-card-domain-go = Domain öffnen
onboarding-card-delivery = Zustelltest
onboarding-card-delivery-text = Bis ein Test bestanden ist, steht der Kunde als „E-Mail unbestätigt“.
onboarding-card-delivery-done = Bestanden
onboarding-card-delivery-open = Nicht bestanden
onboarding-card-delivery-go = Freigabeliste und Zustelltest
onboarding-card-brand = Marke
onboarding-card-brand-text = Farbe und Logo. Ein neuer Kunde beginnt mit Ihren.
onboarding-card-brand-done = Gesetzt
onboarding-card-brand-open = Nicht gesetzt
onboarding-card-brand-go = Erscheinungsbild öffnen

# Schritt 6
onboarding-review-context = Jede Angabe noch einmal. Nach dem Start ist der Kunde in Betrieb.
onboarding-edit = Ändern
onboarding-edit-of = Ändern: { $step }
onboarding-members = Mitglieder
onboarding-waiting = Warten auf einen Platz
onboarding-held = Zurückgehalten, außerhalb der bestätigten Domains
onboarding-cost = { $n ->
    [one] { $n } Platz aus Ihrem Pool; { $left } bleiben
   *[other] { $n } Plätze aus Ihrem Pool; { $left } bleiben
}
onboarding-untested = Der Zustelltest ist nicht bestanden. Sie können starten, aber Simulationen können in einem Filter enden, und der Kunde steht als „E-Mail unbestätigt“.
onboarding-missing = Für später gelassen:
onboarding-launch = Start
onboarding-launch-text = { $name } wird aktiv und kann die erste Kampagne beginnen.
onboarding-launch-do = Kunde starten
onboarding-launch-closed = Starten dürfen Inhaber, Administratoren und Techniker. Fragen Sie eine von ihnen.

onboarding-done-saved = Entwurf gespeichert
onboarding-done-handed = Entwurf übergeben
onboarding-done-reserved = Reservierung gespeichert
onboarding-done-deleted = Entwurf gelöscht
