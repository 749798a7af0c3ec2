rules-title = Status rules
rules-context = Members become active or inactive by themselves, every hour
rules-list = Rules
rules-list-text = Asked from the top: the first that fits a member decides. What a person decided stands.
rules-rule = Rule
rules-when = When
rules-then = Becomes
rules-action = Action
rules-remove = Remove
rules-none = No rules
rules-none-text = Members keep the status that people, files and directories give them.
rules-when-idle = { $n ->
    [one] no activity for { $n } day
   *[other] no activity for { $n } days
}
rules-when-department = department is { $value }
rules-when-title = job title is { $value }
rules-when-source = came by { $value }
rules-changes = Would change now
rules-changes-text = { $n ->
    [0] Nobody
    [one] { $n } member
   *[other] { $n } members
}
rules-nobody = Nobody would change
rules-nobody-text = Every member is where the rules want it.
rules-member = Member
rules-from = Now
rules-run = Apply now
rules-new = New rule
rules-new-text = All that you fill in has to hold. The rule is asked after those there are.
rules-field-name = Name
rules-field-idle-days = Days without activity
rules-field-department = Department
rules-field-title = Job title
rules-field-source = Came by
rules-field-then = Becomes
rules-idle-hint = Activity is any change of the member other than by a rule, and an agent of its address that reports.
rules-source-hint = console, api, import, scim, csv, ldap, entra or google
rules-add = Add rule
rules-done-added = The rule was added. It applies within the hour, or at once with “Apply now”.
rules-done-removed = The rule was removed. What it decided stays.
rules-done-ran = The rules were applied.
rules-wrong-text = At most 200 characters on one line.
rules-wrong-days = A whole number from 1 to 3,650.
rules-wrong-then = Whoever was not active for long can only become inactive.
rules-wrong-empty = Fill in at least one of days, department, job title and source.
refused-too-many-rules = A customer has 20 rules at most. Remove one first. Nothing was changed.
