rules-title = Statusregeln
rules-context = Mitglieder werden von selbst aktiv oder inaktiv, jede Stunde
rules-list = Regeln
rules-list-text = Von oben befragt: Die erste, die auf ein Mitglied passt, entscheidet. Was ein Mensch entschieden hat, bleibt.
rules-rule = Regel
rules-when = Wenn
rules-then = Wird
rules-action = Aktion
rules-remove = Entfernen
rules-none = Keine Regeln
rules-none-text = Mitglieder behalten den Status, den Menschen, Dateien und Verzeichnisse ihnen geben.
rules-when-idle = { $n ->
    [one] { $n } Tag ohne Aktivität
   *[other] { $n } Tage ohne Aktivität
}
rules-when-department = Abteilung ist { $value }
rules-when-title = Position ist { $value }
rules-when-source = kam über { $value }
rules-changes = Würde sich jetzt ändern
rules-changes-text = { $n ->
    [0] Niemand
    [one] { $n } Mitglied
   *[other] { $n } Mitglieder
}
rules-nobody = Niemand würde sich ändern
rules-nobody-text = Jedes Mitglied ist dort, wo die Regeln es haben wollen.
rules-member = Mitglied
rules-from = Jetzt
rules-run = Jetzt anwenden
rules-new = Neue Regel
rules-new-text = Alles, was Sie ausfüllen, muss zutreffen. Die Regel wird nach den vorhandenen befragt.
rules-field-name = Name
rules-field-idle-days = Tage ohne Aktivität
rules-field-department = Abteilung
rules-field-title = Position
rules-field-source = Kam über
rules-field-then = Wird
rules-idle-hint = Aktivität ist jede Änderung des Mitglieds außer durch eine Regel, und ein Agent seiner Adresse, der meldet.
rules-source-hint = console, api, import, scim, csv, ldap, entra oder google
rules-add = Regel hinzufügen
rules-done-added = Die Regel wurde hinzugefügt. Sie gilt innerhalb einer Stunde, oder sofort mit „Jetzt anwenden“.
rules-done-removed = Die Regel wurde entfernt. Was sie entschieden hat, bleibt.
rules-done-ran = Die Regeln wurden angewendet.
rules-wrong-text = Höchstens 200 Zeichen in einer Zeile.
rules-wrong-days = Eine ganze Zahl von 1 bis 3.650.
rules-wrong-then = Wer lange nicht aktiv war, kann nur inaktiv werden.
rules-wrong-empty = Füllen Sie mindestens Tage, Abteilung, Position oder Herkunft aus.
refused-too-many-rules = Ein Kunde hat höchstens 20 Regeln. Entfernen Sie erst eine. Es wurde nichts geändert.
