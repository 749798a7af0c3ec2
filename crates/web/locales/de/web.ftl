# Texte der Seitenhülle und der gemeinsamen Bausteine.
ui-skip = Zum Inhalt springen
ui-nav = Hauptnavigation
ui-open-nav = Navigation öffnen
ui-search-jump = Suchen oder springen zu …
ui-palette = Suche und Befehle
ui-palette-none = Nichts gefunden
ui-palette-recent = Zuletzt geöffnet
ui-palette-move = ↑ ↓ bewegen
ui-palette-open = Enter öffnet
ui-palette-close = Esc schließt
ui-alerts = Warnungen
ui-help = Hilfe zu dieser Seite
ui-alerts-open = { $n ->
    [one] { $n } offene Warnung
   *[other] { $n } offene Warnungen
}
ui-theme = Darstellung
ui-theme-light = Hell
ui-theme-dark = Dunkel
ui-theme-system = Wie auf diesem Gerät
ui-demo-clock = Demo-Uhr
ui-profile = Profil und Sicherheit
ui-sign-out = Abmelden
ui-signed-in-as = Angemeldet als { $name }
ui-dismiss = Ausblenden
ui-failed = Das hat nicht geklappt. Es wurde nichts geändert; bitte erneut versuchen.
ui-offline = Keine Antwort vom Server. Bitte die Verbindung prüfen und erneut versuchen.
ui-copied = Kopiert
ui-copy = Kopieren
ui-undo = Rückgängig
ui-close = Schließen
ui-cancel = Abbrechen
ui-more = Weitere Aktionen
ui-optional = optional
ui-apply = Anwenden
ui-licences = Hinweise zu freier Software

ui-up = gestiegen
ui-down = gesunken
ui-unchanged = unverändert
ui-never = Nie
ui-just-now = gerade eben
ui-minutes-ago = { $n ->
    [one] vor { $n } Minute
   *[other] vor { $n } Minuten
}
ui-hours-ago = { $n ->
    [one] vor { $n } Stunde
   *[other] vor { $n } Stunden
}
ui-days-ago = { $n ->
    [one] vor { $n } Tag
   *[other] vor { $n } Tagen
}
ui-months-ago = { $n ->
    [one] vor { $n } Monat
   *[other] vor { $n } Monaten
}
ui-years-ago = { $n ->
    [one] vor { $n } Jahr
   *[other] vor { $n } Jahren
}
ui-in-future = in { $n ->
    [one] { $n } Tag
   *[other] { $n } Tagen
}

ui-sort-by = Nach { $column } sortieren
ui-showing = { $shown } von { $total } werden angezeigt
ui-page-of = Seite { $page } von { $pages }
ui-paging = Seiten
ui-previous = Vorherige Seite
ui-next = Nächste Seite
ui-per-page = Zeilen pro Seite
ui-select-row = { $name } auswählen
ui-select-all = Alle Zeilen dieser Seite auswählen
ui-selected = { "{" }n{ "}" } ausgewählt
ui-select-matching = Alle { $n } passenden auswählen
ui-select-none = Auswahl aufheben
ui-row-actions = Aktionen für { $name }
ui-no-match = Keine Treffer
ui-no-match-query = Für „{ $query }“ gibt es keine Treffer.
ui-no-match-filters = Keine Zeile passt zu den gewählten Filtern.
ui-clear-filters = Filter zurücksetzen
ui-search = Suchen
ui-filter-remove = Filter { $name } entfernen
ui-views = Gespeicherte Ansichten
ui-view-default = Standardansicht
ui-view-save = Diese Ansicht speichern
ui-view-name = Name der Ansicht
ui-columns = Spalten
ui-all = Alle
ui-nothing = –

ui-as-table = Als Tabelle anzeigen
ui-chart-keys = Mit den Pfeiltasten lassen sich die Werte lesen.
ui-used-of = { $used } von { $total }
ui-why = Warum diese Zahl?
ui-why-formula = So wird gezählt
ui-why-inputs = Aus diesen Werten
ui-as-of = Stand { $when }
ui-step-done = erledigt
ui-step-now = aktueller Schritt
ui-step-running = läuft
ui-step-failed = fehlgeschlagen
ui-step-waiting = nicht begonnen
ui-type-name = Zur Bestätigung { $name } eintippen
ui-drop-file = Datei hier ablegen oder auswählen
ui-error-title = Bitte die markierten Felder prüfen
ui-reference = Referenz { $reference }
ui-problem-back = Zur Übersicht
ui-problem-retry = Erneut versuchen

ui-gallery = Bausteine
ui-gallery-line = Jeder gemeinsame Baustein in Hell und Dunkel, gezeichnet aus seinem Beispiel.
ui-paging-top = Seiten, über der Liste
ui-newest = Neueste
ui-older = Ältere
ui-from-start = Zum Anfang
