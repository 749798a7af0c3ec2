portfolio-title = Portfolioübersicht
portfolio-customers = Kunden
portfolio-customers-line = Nach Zustand sortiert, Probleme zuerst
portfolio-new-customer = Neuer Kunde
portfolio-showing = { $shown } von { $total ->
    [one] { $total } Kunden
   *[other] { $total } Kunden
} angezeigt
portfolio-search = Name, Domain, Nummer
portfolio-words = Suche
portfolio-group = Gruppe
portfolio-attention = Handlungsbedarf
portfolio-all-well = Nichts braucht Aufmerksamkeit
portfolio-empty = Noch keine Kunden
portfolio-empty-line = Legen Sie einen Kunden an oder importieren Sie Ihre Liste. Die Plätze kommen aus Ihrem Pool.
portfolio-go-on = Einrichtung fortsetzen
portfolio-open = Öffnen
portfolio-members = Mitglieder
portfolio-yes = ja
portfolio-no = nein
portfolio-areas = Bereiche

portfolio-col-customer = Kunde
portfolio-col-status = Status
portfolio-col-seats = Plätze
portfolio-col-tier = Stufe
portfolio-col-pass-rate = Bestanden
portfolio-col-last-campaign = Letzte Kampagne
portfolio-col-health = Zustand
portfolio-col-number = Kundennummer
portfolio-col-kind = Art
portfolio-col-lifecycle = Phase

portfolio-status-sync-failed = Sync fehlgeschlagen
portfolio-status-email-unverified = E-Mail nicht bestätigt
portfolio-status-low-engagement = Geringe Beteiligung
portfolio-status-setup-incomplete = Einrichtung unvollständig
portfolio-status-active = Aktiv
portfolio-status-none = Kein Status
portfolio-health-red = Kritisch
portfolio-health-yellow = Warnung
portfolio-health-blue = In Einrichtung
portfolio-health-green = Gesund
portfolio-tier-starter = Starter
portfolio-tier-pro = Pro
portfolio-tier-enterprise = Enterprise
portfolio-kind-paid = Bezahlt
portfolio-kind-trial = Testphase
portfolio-kind-free = Kostenlos
portfolio-kind-internal = Intern
portfolio-lifecycle-provisioning = Wird angelegt
portfolio-lifecycle-setup = In Einrichtung
portfolio-lifecycle-active = Gestartet
portfolio-lifecycle-disabled = Gesperrt
portfolio-lifecycle-removed = Entfernt
portfolio-lifecycle-purged = Gelöscht

portfolio-kpi-customers = Aktive Kunden
portfolio-kpi-seats = Lizenzierte Plätze
portfolio-kpi-pass-rate = Ø Bestehensquote der Simulationen
portfolio-kpi-attention = Kunden mit Handlungsbedarf
portfolio-kpi-organizations = Betreute Kunden
portfolio-kpi-members = Mitglieder
portfolio-kpi-networks = Standorte
portfolio-of-max = von { $n } erlaubten
portfolio-of-customers = von { $n ->
    [one] { $n } Kunden
   *[other] { $n } Kunden
}
portfolio-this-month = in diesem Monat
portfolio-of-pool = von { $n } im Pool
portfolio-points = { $n } Pp.
portfolio-vs-before = zu den 30 Tagen davor
portfolio-show-customers = Diese Kunden anzeigen
portfolio-show-licenses = Lizenzpool anzeigen

portfolio-chart-seats = Zugeteilte Plätze
portfolio-chart-pass-rate = Bestehensquote der Simulationen
portfolio-chart-health = Kunden nach Zustand
portfolio-chart-health-line = Jeder Teil führt zu seiner Liste
portfolio-series-seats = Zugeteilte Plätze
portfolio-series-pool = Pool
portfolio-series-low = Geringe Beteiligung unter
portfolio-twelve-months = Am Ende jedes der letzten 12 Monate
portfolio-trailing = 30 Tage bis zum Ende jedes Monats, nach Empfängern gewichtet
portfolio-expiring = Auslaufende Lizenzen
portfolio-expiring-line = Bestellungen, die binnen { $days } Tagen enden
portfolio-expiring-none = Nichts läuft bald aus
portfolio-expiring-none-line = Keine Bestellung endet binnen { $days } Tagen.

portfolio-as-of = Stand am Ende des
portfolio-as-of-show = Diesen Tag anzeigen
portfolio-past = Stand { $when }.
portfolio-past-line = Aus aufgezeichneten Tatsachen zusammengesetzt; hier lässt sich nichts ändern.
portfolio-past-back = Zurück zu jetzt

portfolio-export = Exportieren
portfolio-export-line = { $n ->
    [one] { $n } Kunde, genau dieser Filter
   *[other] { $n } Kunden, genau dieser Filter
}
portfolio-view-name = Name dieser Ansicht
portfolio-view-shared = Mit dem Team teilen
portfolio-view-save = Diese Ansicht speichern
portfolio-view-remove = { $name } entfernen

portfolio-why-status = Das Erste, was zutrifft: Sync fehlgeschlagen, wenn die letzte Synchronisation des Verzeichnisses scheiterte. Einrichtung unvollständig, wenn noch nicht gestartet. E-Mail nicht bestätigt, wenn die letzte E-Mail-Prüfung scheiterte oder noch keine bestanden ist. Geringe Beteiligung, wenn die Bestehensquote unter { $percent } % liegt oder die letzte Kampagne (ohne eine: der Start) mehr als { $days } Tage her ist. Sonst Aktiv.
portfolio-why-pass-rate = Von allen Empfängern, denen in den letzten { $days } Tagen eine Simulation zugestellt wurde, der Anteil, der sich nicht täuschen ließ: nicht getäuscht ÷ zugestellt × 100.
portfolio-why-seats = Mitglieder, die jetzt aktiv sind, von den Plätzen dieses Kunden. Seine Plätze sind die Summe aller Zeilen seines Platzbuchs.
portfolio-why-active-customers = Kunden, die weder gesperrt noch entfernt sind. Wer eingerichtet wird oder testet, zählt mit; Ihre eigene interne Organisation nicht. Die Änderung gilt gegenüber dem ersten Augenblick dieses Monats.
portfolio-why-pool-rule = Plätze, die bezahlte Kunden und Ihre eigene interne Organisation bekommen haben, von den Plätzen aller heute laufenden Bestellungen.
portfolio-why-pass-all = Von allen Empfängern aller Kunden, denen in den letzten { $days } Tagen eine Simulation zugestellt wurde, der Anteil, der sich nicht täuschen ließ: nicht getäuscht ÷ zugestellt × 100. Nie getestete Kunden bleiben außen vor. Die Änderung in Prozentpunkten gegenüber den { $days } Tagen davor, aus ungerundeten Quoten.
portfolio-why-attention = Kunden mit einem anderen Status als Aktiv.
portfolio-why-organizations = Kunden, die nicht entfernt sind; gesperrte zählen mit, Ihre eigene interne Organisation nicht. Am Höchstwert lässt sich kein weiterer Kunde anlegen.
portfolio-why-members = Mitglieder all dieser Kunden, gleich welchen Status: aktiv, inaktiv oder wartend. Eines zu deaktivieren ändert hier nichts, eines zu entfernen schon. Der Höchstwert ist der mit Ihnen vereinbarte; abgelehnt wird an ihm nichts.
portfolio-why-sync = Letzte Synchronisation
portfolio-why-setup = Gestartet
portfolio-why-email = E-Mail bestätigt
portfolio-why-campaign = Letzte Kampagne
portfolio-why-launched = Gestartet am
portfolio-why-passed = Nicht getäuscht
portfolio-why-delivered = Zugestellt (n)
portfolio-why-active = Aktive Mitglieder
portfolio-why-allocated = Zugeteilt
portfolio-why-pool = Pool
portfolio-why-now = Jetzt
portfolio-why-max = Erlaubt
portfolio-why-month-start = Zu Monatsbeginn
portfolio-sync-ok = gelungen
portfolio-sync-failed = fehlgeschlagen

portfolio-bulk-what = Was geändert wird
portfolio-bulk-tier = Stufe auf { $tier } setzen
portfolio-bulk-group-add = Zur Gruppe { $group } hinzufügen
portfolio-bulk-group-remove = Aus der Gruppe { $group } nehmen
portfolio-bulk-seats = Plätze je Kunde
portfolio-bulk-seats-add = Plätze hinzufügen
portfolio-bulk-seats-release = Plätze freigeben
portfolio-bulk-seats-add-n = Jedem Kunden { $n } Plätze hinzufügen
portfolio-bulk-seats-release-n = Von jedem Kunden { $n } Plätze freigeben
portfolio-bulk-assign = { $name } zuweisen
portfolio-bulk-technician = Einem Techniker zuweisen
portfolio-bulk-technician-remove = Einem Techniker wegnehmen
portfolio-bulk-preview = Vorschau
portfolio-bulk-preview-title = Vorschau der Änderung
portfolio-bulk-title = Änderung mehrerer Kunden
portfolio-bulk-apply = { $n ->
    [one] { $n } Kunden ändern
   *[other] { $n } Kunden ändern
}
portfolio-bulk-undo = { $n ->
    [one] Für { $n } Kunden rückgängig machen
   *[other] Für { $n } Kunden rückgängig machen
}
portfolio-bulk-back = Zurück zur Liste
portfolio-bulk-undone = Rückgängig gemacht
portfolio-bulk-missing = Dem Pool fehlen { $n } Plätze für alle zusammen. Die ersten gelingen, die übrigen werden abgelehnt.
portfolio-bulk-would = Noch wurde nichts geändert. Würde ändern: { $done }, schon so: { $unchanged }, würde abgelehnt: { $refused }.
portfolio-bulk-did = Geändert: { $done }, noch im Gang: { $pending }, schon so: { $unchanged }, abgelehnt: { $refused }.
portfolio-bulk-fate = Ergebnis
portfolio-bulk-effects = Auswirkungen
portfolio-bulk-more = und { $n } weitere
portfolio-bulk-watch = Zeigen, wie es ausgeht
portfolio-fate-done = Änderung
portfolio-fate-pending = Noch im Gang
portfolio-fate-unchanged = Schon so
portfolio-fate-refused = Abgelehnt

portfolio-find-actions = Aktionen
portfolio-find-pages = Seiten
portfolio-find-more = Sie
portfolio-find-people = Personen
portfolio-find-own = Ihre Organisation
portfolio-find-attention = Kunden mit Handlungsbedarf
portfolio-find-import = Kunden importieren
portfolio-find-invite = Mitarbeitende einladen
portfolio-effect-tier = Stufe
portfolio-effect-seats = Plätze
portfolio-effect-releasing = Plätze in Rückgabe
portfolio-effect-joins = Kommt in die Gruppe
portfolio-effect-leaves = Verlässt die Gruppe
portfolio-full = Sie haben alle { $most } Kunden, die Sie haben dürfen. Ihr Distributor kann die Grenze anheben.
