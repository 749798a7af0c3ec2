nav-subscriptions = Abonnements
nav-expiring = Ablaufende Lizenzen
hierarchy-tab-subscriptions = Abonnements
plans-title = Tarife
plans-name-standard = Standard
plans-name-trial = Test
plans-name-free = Gratis
plans-product-seats = Lizenz
plans-code = Code
plans-one-context = Verkauft wird die neueste Version; ältere bleiben bei denen, die sie haben.
plans-context = Was Ihre Kunden abonnieren können. Wer einen Tarif ändert, macht eine neue Version davon.
plans-sub = Die neueste Version von jedem; wer eine ältere hat, behält sie
plans-new = Neuer Tarif
plans-new-sub = Code und Produkt ändern sich nie, alles andere ergibt neue Versionen
plans-make = Tarif anlegen
plans-newest = Neueste Version
plans-plan = Tarif
plans-term = Laufzeit
plans-term-trial = Wie die Testphase
plans-term-free = Ohne Ende
plans-renewal = Verlängerung
plans-renewal-none = Endet mit der Laufzeit
plans-renewal-every = { $n ->
    [one] Jeden Monat
   *[other] Alle { $n } Monate
  }
plans-months = { $n ->
    [one] 1 Monat
   *[other] { $n } Monate
  }
plans-days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
  }
plans-price = Preis einer Laufzeit
plans-customers = Abonnements
plans-sale = Verkauf
plans-sale-on = Im Verkauf
plans-sale-not = Nicht im Verkauf
plans-sale-over = Verkauf beendet
plans-sale-until = Im Verkauf bis { $day }
plans-end-of-life = Auslauf
plans-version = Version
plans-version-n = Version { $n }
plans-versions = Versionen
plans-versions-sub = Keine davon ändert sich je
plans-made = Angelegt
plans-built-in = Kommt mit Tenantry
plans-product = Produkt
plans-not-editable = Dieser Tarif kommt mit Tenantry und lässt sich nicht ändern. Eine Testphase wird durch ein Upgrade zu einem anderen Tarif.
plans-edit = Tarif ändern
plans-edit-sub = Ergibt eine neue Version für alle, die ihn ab jetzt bekommen
plans-edit-do = Neue Version anlegen
plans-end = Tarif beenden
plans-end-sub = Wer ihn hat, behält ihn, mindestens bis zum Ende der Laufzeit
plans-end-do = Speichern
plans-field-code = Code
plans-field-code-hint = Wie Programme ihn nennen: a bis z, Ziffern und Bindestriche
plans-field-product = Produkt
plans-field-product-hint = „seats“ für die Lizenz selbst; ein Kunde hat ein Abonnement je Produkt
plans-field-name = Name
plans-field-units = Einheiten je Lizenz
plans-field-term-months = Laufzeit in Monaten
plans-field-renew-months = Verlängert sich um Monate
plans-field-renew-hint = Leer: es endet mit der Laufzeit
plans-field-notice-days = Hinweis vor dem Ende, in Tagen
plans-field-grace-days = Kulanz nach dem Ende, in Tagen
plans-field-usage-policy = Personen über die Plätze hinaus
plans-field-usage-policy-hint = Was geschieht, wenn mehr Personen aktiv sein sollen, als der Kunde Plätze hat
plans-field-usage-days = Tage Kulanz für sie
plans-field-usage-days-hint = Nur mit Kulanz, etwa 14 oder 30; sie beginnt, sobald es mehr als die Plätze sind
plans-field-meter = Berechnet wird je Monat
plans-field-meter-hint = Aus welchen Einheiten eines Kundenmonats unter „Plätze nach Monat“ berechnet wird, was er zahlt
plans-meter-provisioned = Die meisten Plätze, die er hatte, benutzt oder nicht
plans-meter-peak = Die meisten gleichzeitig aktiven Mitglieder
plans-meter-distinct-month = Die verschiedenen aktiven Mitglieder
plans-meter-end-of-month = Die am Monatsende aktiven Mitglieder
plans-policy-hard = Niemand: sie warten auf einen Platz
plans-policy-soft-overage = Sie kommen herein und zählen als Mehrverbrauch
plans-policy-grace = Sie kommen herein, solange eine Kulanz läuft
plans-usage-hard = Niemand kommt über die Plätze hinaus herein
plans-usage-soft-overage = Über die Plätze hinaus kommen Personen herein und zählen als Mehrverbrauch
plans-usage-grace = { $n ->
    [one] Über die Plätze hinaus kommen Personen 1 Tag lang herein
   *[other] Über die Plätze hinaus kommen Personen { $n } Tage lang herein
  }
plans-overage-open = { $n ->
    [one] 1 Mitglied ist über die Plätze hinaus aktiv und zählt als Mehrverbrauch.
   *[other] { $n } Mitglieder sind über die Plätze hinaus aktiv und zählen als Mehrverbrauch.
  }
plans-overage-grace = { $n ->
    [one] 1 Mitglied ist über die Plätze hinaus aktiv. Bis { $until } dürfen weitere hereinkommen.
   *[other] { $n } Mitglieder sind über die Plätze hinaus aktiv. Bis { $until } dürfen weitere hereinkommen.
  }
plans-overage-closed = { $n ->
    [one] 1 Mitglied ist über die Plätze hinaus aktiv. Es bleibt aktiv; weitere kommen erst herein, wenn alle Platz haben.
   *[other] { $n } Mitglieder sind über die Plätze hinaus aktiv. Sie bleiben aktiv; weitere kommen erst herein, wenn alle Platz haben.
  }
plans-field-price = Preis einer Laufzeit
plans-field-price-hint = In Ihrer Währung, etwa 1800; leer für keinen
plans-field-end-of-sale = Verkaufsende
plans-field-end-of-sale-hint = Von diesem Tag an bekommt ihn niemand neu; leer: er wird verkauft
plans-field-end-of-life = Auslauf
plans-field-end-of-life-hint = Von diesem Tag an beginnt keine Laufzeit mehr; leer: er verlängert sich
plans-wrong-number = Schreiben Sie eine ganze Zahl.
plans-wrong-range = Eine ganze Zahl von { $least } bis { $most }.
plans-wrong-price = Schreiben Sie einen Betrag wie 1800, mit höchstens so vielen Nachkommastellen, wie die Währung hat.
plans-wrong-code = Schreiben Sie 1 bis 40 Zeichen aus a bis z, Ziffern und, im Innern, Bindestrichen.
plans-wrong-day = Wählen Sie einen Tag.
plans-done-made = Der Tarif ist angelegt.
plans-done-changed = Die neue Version ist angelegt. Wer eine ältere hat, behält sie.
plans-done-ends = Gespeichert.
plans-done-subscribed = Das Abonnement ist angelegt.
plans-done-renewed = Das Abonnement ist verlängert.
plans-done-plan = Das Abonnement hat den gewählten Tarif.
plans-done-planned = Der Tarif folgt am Ende der Laufzeit.
plans-done-requested = Die Anfrage ist gesendet. Wer den Tarif ändern darf, erfährt davon.
plans-done-approved = Die Anfrage ist genehmigt und der Tarif geändert.
plans-done-declined = Die Anfrage ist abgelehnt. Es wurde nichts geändert.
plans-done-withdrawn = Die Anfrage ist zurückgezogen. Es wurde nichts geändert.
plans-done-renewal = Gespeichert. Was für das Ende der Laufzeit geplant war, ist zurückgenommen.
plans-subscriptions-context = Alle Kunden nach dem Stand ihrer Lizenzen. Wer zwei abgelaufene Lizenzen hat, zählt einmal.
plans-customers-showing = { $shown } von { $total ->
    [one] { $total } Kunden
   *[other] { $total } Kunden
} angezeigt
plans-license-status = Lizenzstand
plans-status-normal = Normal
plans-status-expiring-soon = Läuft bald ab
plans-status-grace = In Kulanz
plans-status-expired = Abgelaufen
plans-status-suspended = Gesperrt
plans-status-exceeded = Zuteilung überschritten
plans-status-locked = Anderer Tarif angefragt
plans-customer = Kunde
plans-customer-name = Kundenname
plans-expiration = Ablauf
plans-domain = Domäne
plans-term-start = Laufzeit seit
plans-term-end = Laufzeit bis
plans-grace-end = Kulanz bis
plans-follows = Danach
plans-follows-plan = { $plan } folgt
plans-follows-same = { $n ->
    [one] Verlängert sich um 1 Monat
   *[other] Verlängert sich um { $n } Monate
  }
plans-follows-nothing = Nichts: sie läuft ab
plans-follows-no-end = Sie hat kein Ende
plans-none = Noch keine Abonnements
plans-none-text = Jeder Kunde, den Sie anlegen, hat eines.
plans-expiring-context = Lizenzen, die innerhalb von { $months ->
    [one] einem Monat
   *[other] { $months } Monaten
} ab heute enden. Was sich selbst verlängert, läuft nicht ab.
plans-expiring = Ablaufende Lizenzen
plans-expiring-sub = Die nächste zuerst
plans-expiring-none = Innerhalb von { $months ->
    [one] einem Monat
   *[other] { $months } Monaten
} läuft nichts ab
plans-expiring-none-text = Lizenzen, die sich selbst verlängern, stehen hier nicht.
plans-over = Bereits abgelaufen
plans-over-sub = Lizenzen, die geendet haben, und die gesperrter Kunden; was zuletzt endete, steht oben
plans-meaning = Was das heißt
plans-meaning-suspended = Kein Zugang, bis die Sperre endet
plans-meaning-trial = Auf dem Gratis-Tarif: höchstens drei Personen sind aktiv
plans-meaning-grace = Die Personen bleiben aktiv; die Kulanz läuft
plans-meaning-expired = Die Personen bleiben aktiv
plans-over-none = Nichts ist abgelaufen
plans-export = CSV exportieren
plans-calendar = { $month } { $year }
plans-calendar-sub = Alles, was in diesem Monat endet oder sich verlängert
plans-calendar-none = In diesem Monat endet oder verlängert sich nichts.
plans-calendar-file = Kalenderdatei
plans-month-before = Monat davor
plans-month-after = Nächster Monat
plans-day-1 = Mo
plans-day-2 = Di
plans-day-3 = Mi
plans-day-4 = Do
plans-day-5 = Fr
plans-day-6 = Sa
plans-day-7 = So
plans-due-expires = { $name }: { $what } läuft ab
plans-due-renews = { $name }: { $what } verlängert sich
plans-due-changes = { $name }: auf { $what } folgt ein anderer Tarif
plans-due-order-ends = Bestellung endet: { $what }
plans-due-more = { $n } weitere
plans-due-rest = und { $n } weitere in der Kalenderdatei
plans-customer-title = Abonnements
plans-customer-context = Welcher Tarif, bis wann, und was folgt
plans-not-paid = Ein Kunde, für den nicht bezahlt wird, hat keinen Tarif zu ändern. Ein Upgrade gibt ihm einen bezahlten Tarif.
plans-nobody-leaves = Läuft diese Lizenz ab, bleiben ihre Personen aktiv, und nichts wird gelöscht. Es steht dann hier, in der Liste der abgelaufenen Lizenzen und in einem Alarm.
plans-trial-ends = Endet eine Testphase, geht es für den Kunden mit dem Gratis-Tarif weiter: drei Personen bleiben aktiv, die anderen warten, und nichts wird gelöscht.
plans-renew = Verlängern
plans-renew-until = Verlängern bis
plans-renew-term = { $n ->
    [one] einen Monat nach dem Ende
   *[other] { $n } Monate nach dem Ende
  }
plans-renew-alone = { $n ->
    [one] Läuft vom Ende an einen Monat weiter.
   *[other] Läuft vom Ende an { $n } Monate weiter.
  }
plans-renew-term-anew = { $n ->
    [one] einen Monat von jetzt an
   *[other] { $n } Monate von jetzt an
  }
plans-renew-anew = { $n ->
    [one] Eine neue Laufzeit von einem Monat beginnt jetzt.
   *[other] Eine neue Laufzeit von { $n } Monaten beginnt jetzt.
  }
plans-renew-with = zum Ende von { $plan }, { $day }
plans-renewal-change = Verlängerung ändern
plans-renewal-save = Verlängerung speichern
plans-change = Tarif ändern
plans-change-to = Tarif
plans-change-when = Wann
plans-change-now = Jetzt, mit neuer Laufzeit
plans-change-term-end = Am Ende der Laufzeit
plans-request = Um einen anderen Tarif bitten
plans-request-sub = Sie dürfen den Tarif nicht selbst ändern: Wer es darf, erfährt davon und genehmigt die Änderung oder lehnt sie ab. Bis dahin ändert oder verlängert ihn niemand.
plans-requests = Anfragen nach einem anderen Tarif
plans-request-approved = { $who } bat um { $plan }: genehmigt
plans-request-declined = { $who } bat um { $plan }: abgelehnt
plans-request-withdrawn = { $who } bat um { $plan }: zurückgezogen
plans-request-somebody = Jemand
plans-request-waits = { $who } hat am { $day } um { $plan } gebeten: Das wartet auf Genehmigung. Verlängerung und Tarif sind bis dahin gesperrt; was sich selbst verlängert, tut es.
plans-request-changed = Der Tarif wird inzwischen zu anderen Bedingungen verkauft oder gar nicht mehr: Das kann nur abgelehnt oder zurückgezogen werden.
plans-request-approve = Genehmigen und Tarif ändern
plans-request-withdraw = Anfrage zurückziehen
plans-subscribe = Abonnieren
plans-more = Ein weiteres Produkt
plans-more-sub = Mit eigener Laufzeit ab jetzt
plans-history = Was geschah
plans-event-begun = { $plan } abonniert
plans-event-renewed = Auf { $plan } verlängert
plans-event-changed = Auf { $plan } gewechselt
plans-event-planned = { $plan } soll folgen
plans-event-renewal = Verlängerung auf { $plan } entschieden
plans-event-upgraded = Upgrade auf { $plan }
plans-event-aligned = { $plan } verlängert, um mit einem anderen zu enden
plans-event-arrived = Kam hierher mit { $plan }
plans-event-until = Laufzeit bis { $day }
refused-plan-taken = Ein anderer Tarif hat diesen Code. Wählen Sie einen anderen, oder ändern Sie jenen Tarif.
refused-unknown-plan = Hier gibt es keinen Tarif { $plan }. Wählen Sie einen aus der Liste.
refused-sale-ended = Der Tarif { $plan } wird nicht mehr verkauft. Wählen Sie einen anderen; wer ihn hat, behält ihn.
refused-life-ended = Von diesem Tarif beginnt keine weitere Laufzeit. Wechseln Sie auf einen anderen.
refused-trial-plan = Ein Test- oder Gratistarif wird nicht von Hand geändert. Geben Sie dem Kunden durch ein Upgrade einen bezahlten Tarif.
refused-other-product = Das Abonnement ist eines von { $product }. Wählen Sie einen Tarif dieses Produkts.
refused-already-subscribed = Der Kunde hat ein Abonnement dieses Produkts. Ändern Sie stattdessen dessen Tarif.
refused-default-plan = Neue Kunden beginnen mit diesem Tarif: sein Verkauf endet nicht. Geben Sie ihm stattdessen eine neue Version.
refused-life-before-sale = Ein Tarif kann nicht vor seinem Verkaufsende auslaufen, und nicht in der Vergangenheit.
refused-unknown-subscription = Der Kunde hat kein solches Abonnement. Wählen Sie ein anderes.
refused-ends-sooner = Das andere Abonnement endet nicht später. Wählen Sie eines, das später endet.
refused-change-planned = Am Ende der Laufzeit folgt ein anderer Tarif. Nehmen Sie das zuerst zurück, indem Sie die Verlängerung speichern.
refused-too-far = Es würde länger als zehn Jahre von jetzt an laufen. Verlängern Sie es, wenn es dem Ende näher ist.
refused-plan-locked = { $asked_by ->
    [null] Jemand
   *[other] { $asked_by }
  } hat um den Tarif { $plan } gebeten, und das wartet auf Genehmigung. Genehmigen Sie es zuerst, lehnen Sie es ab oder ziehen Sie es zurück.
refused-plan-not-requested = Diese Anfrage wartet nicht mehr: Jemand hat über sie entschieden oder sie zurückgezogen. Sehen Sie sich das Abonnement noch einmal an.
refused-plan-changed = Der Tarif { $plan } wird inzwischen zu anderen Bedingungen verkauft. Lehnen Sie die Anfrage ab oder ziehen Sie sie zurück, und fragen Sie neu an.
refused-term-over = Die Laufzeit ist vorbei. Verlängern Sie das Abonnement zuerst.
audit-cmd-licensing-subscriptions-make_plan = Tarif angelegt
audit-cmd-licensing-subscriptions-edit_plan = Tarif geändert
audit-cmd-licensing-subscriptions-end_plan = Ende eines Tarifs entschieden
audit-cmd-licensing-subscriptions-subscribe = Kunde abonniert
audit-cmd-licensing-subscriptions-change_plan = Abonnement auf einen Tarif gesetzt
audit-cmd-licensing-subscriptions-request_plan = Um einen anderen Tarif gebeten
audit-cmd-licensing-subscriptions-approve_plan = Anfrage nach einem anderen Tarif genehmigt
audit-cmd-licensing-subscriptions-decline_plan = Anfrage nach einem anderen Tarif abgelehnt
audit-cmd-licensing-subscriptions-withdraw_plan = Anfrage nach einem anderen Tarif zurückgezogen
audit-cmd-licensing-subscriptions-renew = Abonnement verlängert
audit-cmd-licensing-subscriptions-set_auto_renew = Verlängerung eines Abonnements entschieden
audit-cmd-licensing-subscriptions-settle = Laufzeiten von Abonnements gebucht
