# Texts of the page shell and of the shared parts. Every id here exists in every other language.
ui-skip = Skip to content
ui-nav = Main navigation
ui-open-nav = Open navigation
ui-search-jump = Search or jump to…
ui-palette = Search and commands
ui-palette-none = Nothing found
ui-palette-recent = Recently opened
ui-palette-move = ↑ ↓ to move
ui-palette-open = Enter to open
ui-palette-close = Esc to close
ui-alerts = Alerts
ui-help = Help with this page
ui-alerts-open = { $n ->
    [one] { $n } open alert
   *[other] { $n } open alerts
}
ui-theme = Appearance
ui-theme-light = Light
ui-theme-dark = Dark
ui-theme-system = As on this device
ui-demo-clock = Demo clock
ui-profile = Profile and security
ui-sign-out = Sign out
ui-signed-in-as = Signed in as { $name }
ui-dismiss = Dismiss
ui-failed = That did not work. Nothing was changed; try again.
ui-offline = No answer from the server. Check the connection and try again.
ui-copied = Copied
ui-copy = Copy
ui-undo = Undo
ui-close = Close
ui-cancel = Cancel
ui-more = More actions
ui-optional = optional
ui-apply = Apply
ui-licences = Open-source notices

ui-up = up
ui-down = down
ui-unchanged = unchanged
ui-never = Never
ui-just-now = just now
ui-minutes-ago = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
}
ui-hours-ago = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
}
ui-days-ago = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
ui-months-ago = { $n ->
    [one] { $n } month ago
   *[other] { $n } months ago
}
ui-years-ago = { $n ->
    [one] { $n } year ago
   *[other] { $n } years ago
}
ui-in-future = in { $n ->
    [one] { $n } day
   *[other] { $n } days
}

ui-sort-by = Sort by { $column }
ui-showing = Showing { $shown } of { $total }
ui-page-of = Page { $page } of { $pages }
ui-paging = Pages
ui-previous = Previous page
ui-next = Next page
ui-per-page = Rows per page
ui-select-row = Select { $name }
ui-select-all = Select all rows on this page
ui-selected = { "{" }n{ "}" } selected
ui-select-matching = Select all { $n } matching
ui-select-none = Clear selection
ui-row-actions = Actions for { $name }
ui-no-match = Nothing matches
ui-no-match-query = Nothing matches “{ $query }”.
ui-no-match-filters = No row fits the filters you chose.
ui-clear-filters = Clear filters
ui-search = Search
ui-filter-remove = Remove filter { $name }
ui-views = Saved views
ui-view-default = Default view
ui-view-save = Save this view
ui-view-name = Name of the view
ui-columns = Columns
ui-all = All
ui-nothing = –

ui-as-table = View as table
ui-chart-keys = Use the arrow keys to read the values.
ui-used-of = { $used } of { $total }
ui-why = Why this number?
ui-why-formula = How it is counted
ui-why-inputs = From these values
ui-as-of = As of { $when }
ui-step-done = done
ui-step-now = current step
ui-step-running = running
ui-step-failed = failed
ui-step-waiting = not started
ui-type-name = Type { $name } to confirm
ui-drop-file = Drop a file here or choose one
ui-error-title = Check the marked fields
ui-reference = Reference { $reference }
ui-problem-back = Go to the overview
ui-problem-retry = Try again

ui-gallery = Component gallery
ui-gallery-line = Every shared part in light and dark, drawn from its own sample.
ui-paging-top = Pages, above the list
ui-newest = Newest
ui-older = Older
ui-from-start = From the start
