# Help: the articles and what readers said of them. The articles themselves are in docs/guide.

help-title = Help
help-context = The guide, article by article. It is written in English.
help-search = Search the articles
help-articles = Articles
help-all = All articles
help-found = { $helpful } of { $votes } found this helpful
help-found-none = Nobody has said yet whether this helps
help-question = Did this help?
help-answer = Your answer
help-yes = Yes
help-no = No
help-choose = Choose yes or no.
help-comment = What is missing or wrong?
help-comment-hint = If you like, in at most 500 characters. Your distributor reads it without your name.
help-send = Send
help-change = Change my answer
help-done-vote = Thank you. Your answer is stored.
help-comments = What readers wrote
help-comments-sub = People of the MSPs you supply, newest first, without their names
help-comments-none = Nobody has written anything about this article.
