directory-title = Members
directory-add = Add member
directory-add-submit = Add member
directory-add-hint = An active member takes one of { $free } free seats.
directory-import = Import
directory-export = Export CSV
directory-export-xlsx = Export XLSX
directory-search = Search name or e-mail
directory-showing = Showing { $shown } of { $total } members
directory-name = Name
directory-email = E-mail
directory-department = Department
directory-title-field = Job title
directory-external-id = External ID
directory-status = Status
directory-source = Source
directory-created = Added
directory-status-active = Active
directory-status-inactive = Inactive
directory-status-waiting = Waiting
directory-source-api = API
directory-source-console = Console
directory-source-import = Import
directory-source-demo = Demo
directory-seats = { $active } of { $seats } seats are in use, { $free } are free.
directory-month = { $n } different members were active this month; MAX MAU is { $most }.
directory-waiting-note = { $n ->
    [one] { $n } member waits. It comes in as soon as a seat is free and MAX MAU allows it.
   *[other] { $n } members wait. They come in as soon as seats are free and MAX MAU allows it.
}
directory-not-ready = This customer is still being prepared. Members can be added in a few seconds.
directory-none = No members yet
directory-none-text = Add people one by one, or import a list: you see what happens to every row before anything is changed.
directory-activate = Activate (takes 1 of { $free } free seats)
directory-deactivate = Deactivate (then { $free } seats are free)
directory-remove = Remove
directory-done-added = The member was added.
directory-done-activated = The member is active now.
directory-done-deactivated = The member is inactive now. Its seat is free.
directory-done-removed = The member was removed.
directory-refused-no-free-seat = All seats are taken. Deactivate somebody, or allocate more seats. Nothing was changed.
directory-refused-mau-cap-reached = { $n } different members were active this month, and MAX MAU is { $most }. Raise it or wait until the month ends; whoever was active this month can be activated again. Nothing was changed.
directory-refused-tenant-limit = This customer is suspended: nobody can become active. Nothing was changed.
directory-refused-free-limit = On the free plan { $most } members may be active. Choose who is active on the trial's page, extend the trial, or upgrade the customer. Nothing was changed.
directory-refused-email-taken = Another member has this e-mail address.
directory-refused-stale = The member was changed since you opened the page. Nothing was changed; try again.
directory-refused-tenant-not-ready = This customer is still being prepared. Try again in a few seconds.
directory-wrong-email = This is not an e-mail address.
directory-wrong-name = A name has 1 to 200 characters on one line.
directory-wrong-department = At most 200 characters on one line.
directory-wrong-title = At most 200 characters on one line.
directory-wrong-external-id = At most 200 characters on one line.
directory-wrong-language = A language looks like en or de-AT.
directory-wrong-status = A status is active or inactive.
directory-status-held = Held
directory-held-note = { $n ->
    [one] { $n } member is held: its address lies in no domain that is verified for this customer. It has no seat, gets no mail and may not come in.
   *[other] { $n } members are held: their addresses lie in no domain that is verified for this customer. They have no seats, get no mail and may not come in.
}
directory-no-address = no e-mail address
directory-refused-member-held = The member is held: its address lies in no domain that is verified for this customer. Verify the domain or change the address. Nothing was changed.
directory-source-scim = Directory (SCIM)
directory-scim-title = Directory
directory-scim-context = The customer’s own directory sends its people by SCIM 2.0 and keeps them right
directory-scim-checklist = Connection
directory-scim-address = Base address
directory-scim-address-text = Where the directory sends to
directory-scim-address-hint = The same for every customer: the token says whose people they are.
directory-scim-tokens = Tokens
directory-scim-tokens-text = Each opens this customer’s members and nothing else
directory-scim-new = New token
directory-scim-guide = Step by step
directory-scim-made = Copy the token now: it is shown only once.
directory-scim-no-domain = no domain is verified: whoever the directory sends is held
directory-scim-not-used = nothing was sent yet
directory-scim-check-domain = Domain verified
directory-scim-check-token = Token made
directory-scim-check-used = Last request
directory-scim-check-users = People received
directory-scim-check-seats = Seats
directory-scim-ok = Done
directory-scim-open = Open
directory-scim-token = Token
directory-scim-last-used = Last used
directory-scim-expires = Expires
directory-scim-action = Action
directory-scim-revoke = Revoke
directory-scim-none = No tokens
directory-scim-none-text = Make one below and enter it at the directory together with the base address.
directory-scim-days = { $n } days
directory-scim-name = What it is for
directory-scim-name-hint = For example the name of the directory
directory-scim-validity = Valid for
directory-scim-issue = Make token
directory-scim-guide-note = Members a person or a file added are found by their address and taken over. What you decide here about a member stands until the directory says something new about it.
directory-done-scim-revoked = The token is revoked. The directory that used it is turned away from now on.
directory-refused-free-plan = The free plan has no tokens. Extend the trial or upgrade the customer; its tokens rest until then.
directory-refused-too-many-tokens = A customer has at most 20 tokens. Revoke one that nobody uses.
directory-refused-bad-expiry = Choose an instant that lies ahead.
directory-scim-entra-1 = In the Microsoft Entra admin center, open Enterprise applications and create your own application (non-gallery).
directory-scim-entra-2 = Open Provisioning and choose the mode Automatic.
directory-scim-entra-3 = Enter the base address as Tenant URL and the token as Secret Token, then choose Test Connection.
directory-scim-entra-4 = Leave the attribute mappings as they are: userPrincipalName is the user name, mail the work address.
directory-scim-entra-5 = Under Users and groups, assign whom you want to send.
directory-scim-entra-6 = Start provisioning. The first cycle may take a while; later ones run every 40 minutes.
directory-scim-okta-1 = In the Okta admin console, add the application “SCIM 2.0 Test App (OAuth Bearer Token)” or your own with SCIM provisioning.
directory-scim-okta-2 = Under Provisioning, Integration, enter the base address and the token, then choose Test API Credentials.
directory-scim-okta-3 = Under To App, switch on Create Users, Update User Attributes and Deactivate Users.
directory-scim-okta-4 = Assign people or groups to the application.
directory-scim-okta-5 = To send groups too, choose them under Push Groups.
directory-scim-google-1 = In the Google Admin console, open Apps, Web and mobile apps, and add a custom SAML app, or open the one you have.
directory-scim-google-2 = Open Autoprovisioning and enter the token as access token and the base address as endpoint.
directory-scim-google-3 = Map the attributes: the primary e-mail is the user name and the work address.
directory-scim-google-4 = Choose the groups whose people you want to send.
directory-scim-google-5 = Choose when people are deactivated, and switch autoprovisioning on.
directory-scim-n-tokens = { $n ->
    [one] { $n } token
   *[other] { $n } tokens
}
directory-scim-n-users = { $n ->
    [one] { $n } person
   *[other] { $n } people
}
directory-scim-n-groups = { $n ->
    [one] { $n } group
   *[other] { $n } groups
}
directory-scim-seats = { $active } active, { $free } seats free, { $waiting } waiting for a seat, { $held } held
directory-erase = Erase person (GDPR)
directory-done-erased = The person was erased.
directory-scim-entra = Microsoft Entra ID
directory-scim-okta = Okta
directory-scim-google = Google Workspace
directory-fewer = Fewer seats
directory-fewer-sub = Seats return to the pool. Members who are active beyond those that are left wait for one: whoever came last first.
directory-fewer-seats = Seats it shall hold
directory-fewer-look = See who would wait
directory-fewer-wrong = Enter a whole number of seats, 0 or more, below those it holds now.
directory-fewer-who = Who would wait
directory-fewer-who-sub = As of now; it is decided again when it happens.
directory-fewer-waiting = { $n ->
    [0] Nobody has to wait: { $active } members are active.
    [one] { $n } of { $active } active members loses the seat and may not come in until one is free.
   *[other] { $n } of { $active } active members lose their seats and may not come in until some are free.
}
directory-fewer-more = and { $n } more
directory-fewer-do = { $n ->
    [0] Keep { $seats } seats
    [one] Keep { $seats } seats and let { $n } member wait
   *[other] Keep { $seats } seats and let { $n } members wait
}
