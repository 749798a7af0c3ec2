center-title = Command Center
center-line = Bezahlte Abonnements und Testphasen aller Ihrer Kunden, und worum Sie sich kümmern sollten
center-add = Kunde hinzufügen
center-paid = Bezahlte Abonnements
center-active-trials = Laufende Testphasen
center-expired-trials = Abgelaufene Testphasen
center-search = Name, Domain oder Kundennummer suchen
center-view = Ansicht
center-cards = Karten
center-list = Liste
center-none-paid = Noch keine bezahlten Abonnements
center-none-paid-text = Kunden mit bezahltem Abonnement erscheinen hier.
center-none-active-trials = Keine Testphase läuft
center-none-active-trials-text = Ein Kunde, der zum Testen hinzugefügt wird, erscheint hier, bis die Testphase endet.
center-none-expired-trials = Keine Testphase ist abgelaufen
center-none-expired-trials-text = Testphasen wandern in dem Augenblick hierher, in dem sie enden. Es geht weiter mit einem kostenlosen Tarif für drei Mitglieder.
center-customer = Kunde
center-users = Nutzer gesamt
center-active = Aktive Nutzer
center-alarms = Alarme
center-agents = Agenten ohne Meldung
center-insights = Zu erledigen
center-expiring = Lizenz läuft ab
center-trial-ending = Testphase endet bald
center-over = Kein Platz frei
center-over-trial = Kein Platz frei: umstellen
center-ends = Testphase endet
center-ended = Testphase endete
center-waiting = Wartend
center-left = Tage übrig
center-days-left = { $n ->
    [one] noch { $n } Tag
   *[other] noch { $n } Tage
}
center-open = Öffnen
center-upgrade = Umstellen
center-extend = Verlängern
center-remove = Entfernen
center-sum = Insgesamt { $customers ->
    [one] { $customers } Kunde
   *[other] { $customers } Kunden
}: { $users } Nutzer, davon { $active } aktiv; { $alarms } Alarme; { $agents } Agenten ohne Meldung; { $expiring } nahe an einem Ende oder darüber; { $over } ohne freien Platz.
center-sum-formula = Die Summe über alle Kunden dieser Liste, die Sie sehen und die Ihre Suche findet, auf welcher Seite sie auch stehen. Entfernte Kunden sind in keiner Liste. Nutzer zählen in jedem Status; wer wartet oder inaktiv ist, ist nicht aktiv. Alarme sind offene Warnungen.
center-active-users = Aktive Nutzer
center-active-formula = Die Nutzer, die Ihnen berechnet werden: die aktiven Mitglieder aller Kunden mit bezahltem Abonnement. Testphasen und der kostenlose Tarif nehmen keine Plätze aus Ihrem Pool und zählen hier nicht mit; die monatlich aktiven Konten unter Verbrauch zählen alle.
center-active-paid = Bezahlte Abonnements (berechnet)
center-active-trial = Laufende Testphasen (nicht berechnet)
center-active-free = Kostenloser Tarif (nicht berechnet)
center-trial = Testphase
center-trial-of = Die Testphase von { $name }
center-standing = Wie es steht
center-plan = Tarif
center-plan-priced = { $units ->
    [one] { $plan }: { $price } für { $months }
   *[other] { $plan }: { $price } für { $months } und { $units } Einheiten
  }
center-free-note = Die Testphase ist zu Ende. Im kostenlosen Tarif sind drei Mitglieder aktiv, und es gibt keine Synchronisierung, keine Kampagne, kein Token und keine eigene Marke. Nichts wird gelöscht: Eine Verlängerung oder Umstellung bringt alles zurück.
center-paid-note = Dieser Kunde hat einen bezahlten Tarif und keine Testphase.
center-upgrade-sub = Von der Testphase zum bezahlten Abonnement: Die Plätze kommen aus Ihrem Pool, berechnet wird ab jetzt
center-seats = Plätze
center-seats-hint = { $available } Plätze sind in Ihrem Pool verfügbar. Mindestens so viele, wie Mitglieder aktiv sind.
center-extend-sub = Mehr Zeit, gerechnet vom Ende der Testphase, oder von jetzt an, wenn sie zu Ende ist
center-days = Tage
center-extend-hint = Sie dürfen diese Testphase noch { $left }-mal selbst verlängern, um höchstens { $days } Tage. Darüber hinaus wird Ihr Distributor gefragt.
center-reason = Grund
center-stay = Wer aktiv bleibt, wenn die Testphase endet
center-stay-sub = Die anderen warten, mit allem, was über sie bekannt ist
center-stay-line = { $most } Mitglieder bleiben im kostenlosen Tarif aktiv; { $n } würden warten.
center-stay-nth = Mitglied { $n }
center-stay-usual = Übliche Reihenfolge: erst der primäre Administrator, dann wer zuerst da war
center-stay-save = Auswahl speichern
center-free = Wer im kostenlosen Tarif aktiv ist
center-free-line = { $most } Mitglieder dürfen im kostenlosen Tarif aktiv sein. Wählen Sie andere, die warten: Sie kommen an die Stelle derer, die Sie weglassen.
center-free-nobody = Niemand Bestimmtes: Wer aktiv ist, bleibt es
center-extensions = Verlängerungen
center-days-more = { $n ->
    [one] { $n } Tag
   *[other] { $n } Tage
}
center-request-granted = Verlängert
center-request-waiting = Wartet auf den Distributor
center-request-approved = Genehmigt
center-request-declined = Abgelehnt
center-request-withdrawn = Zurückgezogen
center-withdraw = Zurückziehen
center-done-extended = Die Testphase wurde verlängert.
center-done-asked = Ihr Distributor wurde gefragt.
center-done-upgraded = Der Kunde hat jetzt ein bezahltes Abonnement.
center-done-stay = Die Auswahl wurde gespeichert.
center-done-withdrawn = Die Bitte wurde zurückgezogen.
