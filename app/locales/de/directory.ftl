directory-title = Mitglieder
directory-add = Mitglied hinzufügen
directory-add-submit = Mitglied hinzufügen
directory-add-hint = Ein aktives Mitglied belegt einen von { $free } freien Plätzen.
directory-import = Importieren
directory-export = CSV exportieren
directory-export-xlsx = XLSX exportieren
directory-search = Name oder E-Mail suchen
directory-showing = { $shown } von { $total } Mitgliedern
directory-name = Name
directory-email = E-Mail
directory-department = Abteilung
directory-title-field = Position
directory-external-id = Externe Kennung
directory-status = Status
directory-source = Herkunft
directory-created = Hinzugefügt
directory-status-active = Aktiv
directory-status-inactive = Inaktiv
directory-status-waiting = Wartet
directory-source-api = API
directory-source-console = Konsole
directory-source-import = Import
directory-source-demo = Demo
directory-seats = { $active } von { $seats } Plätzen sind belegt, { $free } sind frei.
directory-month = In diesem Monat waren { $n } verschiedene Mitglieder aktiv; die MAX MAU ist { $most }.
directory-waiting-note = { $n ->
    [one] { $n } Mitglied wartet. Es kommt herein, sobald ein Platz frei ist und die MAX MAU es zulässt.
   *[other] { $n } Mitglieder warten. Sie kommen herein, sobald Plätze frei sind und die MAX MAU es zulässt.
}
directory-not-ready = Dieser Kunde wird noch vorbereitet. In wenigen Sekunden können Sie Mitglieder hinzufügen.
directory-none = Noch keine Mitglieder
directory-none-text = Fügen Sie Personen einzeln hinzu oder importieren Sie eine Liste: Sie sehen zu jeder Zeile, was geschieht, bevor etwas geändert wird.
directory-activate = Aktivieren (belegt 1 von { $free } freien Plätzen)
directory-deactivate = Deaktivieren (danach sind { $free } Plätze frei)
directory-remove = Entfernen
directory-done-added = Das Mitglied wurde hinzugefügt.
directory-done-activated = Das Mitglied ist jetzt aktiv.
directory-done-deactivated = Das Mitglied ist jetzt inaktiv. Sein Platz ist frei.
directory-done-removed = Das Mitglied wurde entfernt.
directory-refused-no-free-seat = Alle Plätze sind belegt. Deaktivieren Sie jemanden oder teilen Sie mehr Plätze zu. Es wurde nichts geändert.
directory-refused-mau-cap-reached = In diesem Monat waren { $n } verschiedene Mitglieder aktiv, und die MAX MAU ist { $most }. Erhöhen Sie sie oder warten Sie das Ende des Monats ab; wer in diesem Monat aktiv war, kann wieder aktiviert werden. Es wurde nichts geändert.
directory-refused-tenant-limit = Dieser Kunde ist gesperrt: Niemand kann aktiv werden. Es wurde nichts geändert.
directory-refused-free-limit = Im kostenlosen Tarif dürfen { $most } Mitglieder aktiv sein. Wählen Sie auf der Seite der Testphase, wer aktiv ist, verlängern Sie die Testphase oder stellen Sie den Kunden um. Es wurde nichts geändert.
directory-refused-email-taken = Ein anderes Mitglied hat diese E-Mail-Adresse.
directory-refused-stale = Das Mitglied wurde inzwischen geändert. Es wurde nichts geändert; versuchen Sie es erneut.
directory-refused-tenant-not-ready = Dieser Kunde wird noch vorbereitet. Versuchen Sie es in wenigen Sekunden erneut.
directory-wrong-email = Das ist keine E-Mail-Adresse.
directory-wrong-name = Ein Name hat 1 bis 200 Zeichen in einer Zeile.
directory-wrong-department = Höchstens 200 Zeichen in einer Zeile.
directory-wrong-title = Höchstens 200 Zeichen in einer Zeile.
directory-wrong-external-id = Höchstens 200 Zeichen in einer Zeile.
directory-wrong-language = Eine Sprache sieht aus wie en oder de-AT.
directory-wrong-status = Ein Status ist aktiv oder inaktiv.
directory-status-held = Zurückgehalten
directory-held-note = { $n ->
    [one] { $n } Mitglied ist zurückgehalten: Seine Adresse liegt in keiner Domain, die für diesen Kunden bestätigt ist. Es hat keinen Platz, bekommt keine Post und hat keinen Zugang.
   *[other] { $n } Mitglieder sind zurückgehalten: Ihre Adressen liegen in keiner Domain, die für diesen Kunden bestätigt ist. Sie haben keine Plätze, bekommen keine Post und haben keinen Zugang.
}
directory-no-address = keine E-Mail-Adresse
directory-refused-member-held = Das Mitglied ist zurückgehalten: Seine Adresse liegt in keiner Domain, die für diesen Kunden bestätigt ist. Bestätigen Sie die Domain oder ändern Sie die Adresse. Nichts wurde geändert.
directory-source-scim = Verzeichnis (SCIM)
directory-scim-title = Verzeichnis
directory-scim-context = Das Verzeichnis des Kunden schickt seine Leute über SCIM 2.0 und hält sie aktuell
directory-scim-checklist = Verbindung
directory-scim-address = Basisadresse
directory-scim-address-text = Wohin das Verzeichnis sendet
directory-scim-address-hint = Für alle Kunden dieselbe: Das Token sagt, wessen Leute es sind.
directory-scim-tokens = Token
directory-scim-tokens-text = Jedes öffnet nur die Mitglieder dieses Kunden und sonst nichts
directory-scim-new = Neues Token
directory-scim-guide = Schritt für Schritt
directory-scim-made = Kopieren Sie das Token jetzt: Es wird nur einmal gezeigt.
directory-scim-no-domain = keine Domain ist bestätigt: Wen das Verzeichnis schickt, wird zurückgehalten
directory-scim-not-used = es wurde noch nichts gesendet
directory-scim-check-domain = Domain bestätigt
directory-scim-check-token = Token erstellt
directory-scim-check-used = Letzte Anfrage
directory-scim-check-users = Leute empfangen
directory-scim-check-seats = Plätze
directory-scim-ok = Erledigt
directory-scim-open = Offen
directory-scim-token = Token
directory-scim-last-used = Zuletzt benutzt
directory-scim-expires = Läuft ab
directory-scim-action = Aktion
directory-scim-revoke = Widerrufen
directory-scim-none = Keine Token
directory-scim-none-text = Erstellen Sie unten eines und tragen Sie es mit der Basisadresse im Verzeichnis ein.
directory-scim-days = { $n } Tage
directory-scim-name = Wofür es ist
directory-scim-name-hint = Zum Beispiel der Name des Verzeichnisses
directory-scim-validity = Gültig für
directory-scim-issue = Token erstellen
directory-scim-guide-note = Mitglieder, die von Hand oder aus einer Datei kamen, werden an ihrer Adresse erkannt und übernommen. Was Sie hier über ein Mitglied entscheiden, gilt, bis das Verzeichnis dazu etwas Neues sagt.
directory-done-scim-revoked = Das Token ist widerrufen. Das Verzeichnis, das es benutzte, wird ab jetzt abgewiesen.
directory-refused-free-plan = Im kostenlosen Tarif gibt es keine Tokens. Verlängern Sie die Testphase oder stellen Sie den Kunden um; bis dahin ruhen seine Tokens.
directory-refused-too-many-tokens = Ein Kunde hat höchstens 20 Token. Widerrufen Sie eines, das niemand benutzt.
directory-refused-bad-expiry = Wählen Sie einen Zeitpunkt, der in der Zukunft liegt.
directory-scim-entra-1 = Öffnen Sie im Microsoft Entra Admin Center die Unternehmensanwendungen und erstellen Sie eine eigene Anwendung (nicht aus dem Katalog).
directory-scim-entra-2 = Öffnen Sie „Bereitstellung“ und wählen Sie den Modus „Automatisch“.
directory-scim-entra-3 = Tragen Sie die Basisadresse als Mandanten-URL und das Token als geheimes Token ein und wählen Sie „Verbindung testen“.
directory-scim-entra-4 = Lassen Sie die Attributzuordnungen, wie sie sind: userPrincipalName ist der Benutzername, mail die Arbeitsadresse.
directory-scim-entra-5 = Weisen Sie unter „Benutzer und Gruppen“ zu, wen Sie senden möchten.
directory-scim-entra-6 = Starten Sie die Bereitstellung. Der erste Durchlauf kann dauern; spätere laufen alle 40 Minuten.
directory-scim-okta-1 = Fügen Sie in der Okta-Verwaltung die Anwendung „SCIM 2.0 Test App (OAuth Bearer Token)“ oder eine eigene mit SCIM-Bereitstellung hinzu.
directory-scim-okta-2 = Tragen Sie unter Provisioning, Integration die Basisadresse und das Token ein und wählen Sie „Test API Credentials“.
directory-scim-okta-3 = Schalten Sie unter To App „Create Users“, „Update User Attributes“ und „Deactivate Users“ ein.
directory-scim-okta-4 = Weisen Sie der Anwendung Personen oder Gruppen zu.
directory-scim-okta-5 = Um auch Gruppen zu senden, wählen Sie sie unter Push Groups.
directory-scim-google-1 = Öffnen Sie in der Google Admin-Konsole Apps, Web- und mobile Apps und fügen Sie eine benutzerdefinierte SAML-App hinzu oder öffnen Sie Ihre vorhandene.
directory-scim-google-2 = Öffnen Sie die automatische Nutzerverwaltung und tragen Sie das Token als Zugriffstoken und die Basisadresse als Endpunkt ein.
directory-scim-google-3 = Ordnen Sie die Attribute zu: Die primäre E-Mail-Adresse ist der Benutzername und die Arbeitsadresse.
directory-scim-google-4 = Wählen Sie die Gruppen, deren Leute Sie senden möchten.
directory-scim-google-5 = Wählen Sie, wann Personen deaktiviert werden, und schalten Sie die automatische Nutzerverwaltung ein.
directory-scim-n-tokens = { $n ->
    [one] { $n } Token
   *[other] { $n } Token
}
directory-scim-n-users = { $n ->
    [one] { $n } Person
   *[other] { $n } Personen
}
directory-scim-n-groups = { $n ->
    [one] { $n } Gruppe
   *[other] { $n } Gruppen
}
directory-scim-seats = { $active } aktiv, { $free } Plätze frei, { $waiting } warten auf einen Platz, { $held } zurückgehalten
directory-erase = Person löschen (DSGVO)
directory-done-erased = Die Person wurde gelöscht.
directory-scim-entra = Microsoft Entra ID
directory-scim-okta = Okta
directory-scim-google = Google Workspace
directory-fewer = Weniger Plätze
directory-fewer-sub = Plätze gehen in den Pool zurück. Mitglieder, die über die verbleibenden hinaus aktiv sind, warten auf einen: die zuletzt gekommenen zuerst.
directory-fewer-seats = Plätze, die er haben soll
directory-fewer-look = Ansehen, wer warten würde
directory-fewer-wrong = Geben Sie eine ganze Zahl von Plätzen ein, 0 oder mehr und weniger als jetzt.
directory-fewer-who = Wer warten würde
directory-fewer-who-sub = Stand jetzt; wenn es geschieht, wird neu entschieden.
directory-fewer-waiting = { $n ->
    [0] Niemand muss warten: { $active } Mitglieder sind aktiv.
    [one] { $n } von { $active } aktiven Mitgliedern verliert den Platz und kommt erst wieder hinein, wenn einer frei ist.
   *[other] { $n } von { $active } aktiven Mitgliedern verlieren ihre Plätze und kommen erst wieder hinein, wenn welche frei sind.
}
directory-fewer-more = und { $n } weitere
directory-fewer-do = { $n ->
    [0] { $seats } Plätze behalten
    [one] { $seats } Plätze behalten und { $n } Mitglied warten lassen
   *[other] { $seats } Plätze behalten und { $n } Mitglieder warten lassen
}
