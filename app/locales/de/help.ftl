# Hilfe: die Artikel und was Leserinnen und Leser dazu sagen. Die Artikel selbst stehen in docs/guide.

help-title = Hilfe
help-context = Das Handbuch, Artikel für Artikel. Es ist auf Englisch geschrieben.
help-search = Artikel durchsuchen
help-articles = Artikel
help-all = Alle Artikel
help-found = { $helpful } von { $votes } fanden das hilfreich
help-found-none = Noch hat niemand gesagt, ob das hilft
help-question = Hat das geholfen?
help-answer = Ihre Antwort
help-yes = Ja
help-no = Nein
help-choose = Wählen Sie Ja oder Nein.
help-comment = Was fehlt oder ist falsch?
help-comment-hint = Wenn Sie möchten, mit höchstens 500 Zeichen. Ihr Distributor liest es ohne Ihren Namen.
help-send = Senden
help-change = Meine Antwort ändern
help-done-vote = Danke. Ihre Antwort ist gespeichert.
help-comments = Was Leserinnen und Leser schrieben
help-comments-sub = Mitarbeitende der Partner, die Sie beliefern, die neuesten zuerst, ohne Namen
help-comments-none = Zu diesem Artikel hat noch niemand etwas geschrieben.
