onboarding-bar = { $name } is being set up.
onboarding-bar-back = Back to its next step
onboarding-new = New customer
onboarding-steps = Steps of the setup
onboarding-step-create = Create tenant
onboarding-step-licenses = Licenses
onboarding-step-people = User provisioning
onboarding-step-mail = E-mail config
onboarding-step-branding = Branding
onboarding-step-review = Review and launch

# Step 1
onboarding-create-context = Saved while you type. The customer is created when you say so, and not before.
onboarding-details = Customer details
onboarding-details-sub = Basic information to provision the tenant. The organization is created at once.
onboarding-name = Name
onboarding-legal-name = Legal name
onboarding-legal-name-hint = As in contracts, where it is another name.
onboarding-subdomain = Subdomain
onboarding-subdomain-hint = One word such as acme, reserved for this customer. Nothing is served there yet; it cannot be changed later.
onboarding-domain = Domain
onboarding-domain-hint = Must match the domain in the customer's e-mail environment.
onboarding-kind = Subscription
onboarding-max-mau = MAX MAU
onboarding-max-mau-hint = Hard cap on people active in a month.
onboarding-region = Data region
onboarding-region-hint = Cannot be changed after creation. The customer's data lies in this region for good.
onboarding-country = Country
onboarding-country-hint = Two letters, such as SE.
onboarding-time-zone = Time zone
onboarding-time-zone-hint = Such as Europe/Stockholm. Left empty: yours.
onboarding-language = Language
onboarding-language-en = English
onboarding-language-de = German
onboarding-inherit = As your own
onboarding-sector = Line of business
onboarding-admin-email = Administrator's e-mail
onboarding-admin-email-hint = The customer's own primary administrator.
onboarding-reference = Your reference
onboarding-create = Create tenant
onboarding-save-exit = Save and exit
onboarding-kept = Saved. You can go on here, on another machine, or hand it over.
onboarding-not-kept = Nothing is saved yet.

# A draft
onboarding-hand = Hand over
onboarding-hand-sub = A colleague goes on where you stopped.
onboarding-whose = Whose it is
onboarding-hand-do = Hand over
onboarding-reserve = Reserve seats
onboarding-reserve-sub = For { $days } days nobody else gets them; then they return by themselves.
onboarding-reserved = { $n ->
    [one] { $n } seat is reserved until { $until } UTC.
   *[other] { $n } seats are reserved until { $until } UTC.
}
onboarding-reserve-hint = 0 gives a reservation up.
onboarding-reserve-do = Reserve
onboarding-delete = Delete this draft
onboarding-delete-text = What was filled in is gone then, and reserved seats are free again.

# Being made
onboarding-progress = Creating the tenant
onboarding-progress-sub = Usually a few seconds
onboarding-progress-context = You may close this page: the work goes on, and the setup waits for you.
onboarding-progress-wait = The next step opens by itself as soon as everything is ready.
onboarding-progress-look = Look again
onboarding-sub-customer = Customer and domain
onboarding-sub-region = Data region
onboarding-sub-storage = Object storage
onboarding-sub-ready = Ready for setup
onboarding-sub-undone = Taken back
onboarding-sub-again = Tried again in a moment: { $why }
onboarding-failed-at = The step “{ $step }” failed.
onboarding-failed-undone = Everything made before it was taken back: no half customer is left, and its domain is free. Your answers are kept.
onboarding-failed-waits = It could not be taken back either, so the work waits. Have it tried again when the cause is mended.
onboarding-called-off = The creation was called off.
onboarding-retry = Try again
onboarding-to-list = All setups

# The list
onboarding-context = Drafts, and customers that are not launched yet.
onboarding-drafts = Drafts
onboarding-drafts-sub = Begun, not created. They hold no seats unless you reserve some.
onboarding-customers = Customers in setup
onboarding-customers-sub = Created, not launched
onboarding-no-drafts = No drafts
onboarding-no-drafts-text = A customer you begin and do not create at once waits here.
onboarding-no-customers = Nobody is being set up
onboarding-no-customers-text = Customers stand here from their creation until they are launched.
onboarding-unnamed = Not named yet
onboarding-col-name = Customer
onboarding-col-reserved = Reserved seats
onboarding-col-changed = Changed
onboarding-col-step = Next step
onboarding-col-created = Created

# Step 2
onboarding-licenses-context = Seats come from your pool; nobody gets more than there is.
onboarding-licences = Tier and seats
onboarding-licences-sub = Both can be changed later.
onboarding-licences-closed = Seats are given by somebody who may allocate them. Ask your owner or an administrator.
onboarding-tier = Tier
onboarding-tier-starter = To begin with.
onboarding-tier-pro = The usual choice.
onboarding-tier-enterprise = For large customers with an agreement of their own.
onboarding-seats = Seats
onboarding-seats-hint = One for each person who is active at the same time.
onboarding-trial-seats = { $n ->
    [one] { $n } seat of its trial, outside your pool.
   *[other] { $n } seats of its trial, outside your pool.
}
onboarding-pool-before = Available now
onboarding-pool-claims = Reserved by other drafts
onboarding-pool-claims-text = not among them
onboarding-pool-this = For this customer
onboarding-pool-after = Available after
onboarding-pool-short = That is more than there is: at most { $n } seats are possible. Order more, or release seats of another customer.
onboarding-pool-few = Only { $n } seats will be left, fewer than { $few }. Think of ordering more.
onboarding-next = Next
onboarding-skip = Skip for now

# Steps 3 to 5
onboarding-people-context = Choose how the customer's people arrive. It can be done after the launch as well.
onboarding-mail-context = Mail is only sent inside a domain that is proved to be the customer's.
onboarding-branding-context = What the customer's people see.
onboarding-people-out = { $waiting } wait for a seat, { $held } are held because their address lies outside the verified domains. Nothing of them is lost.
onboarding-card-members = Members
onboarding-card-members-text = Everybody who is trained here.
onboarding-card-members-done = { $n ->
    [one] { $n } member
   *[other] { $n } members
}
onboarding-card-members-open = Nobody yet
onboarding-card-members-go = Open members
onboarding-card-import = CSV file
onboarding-card-import-text = Upload a list; what it would do is shown before it does it.
onboarding-card-import-done = People are here
onboarding-card-import-open = Not used
onboarding-card-import-go = Upload a list
onboarding-card-sources = Entra ID, Google, LDAP or a CSV address
onboarding-card-sources-text = Tenantry fetches the list: test the connection, see how many people and seats it would bring, then start it.
onboarding-card-sources-done = The last sync went well
onboarding-card-sources-open = Not connected
onboarding-card-sources-wrong = The last sync failed
onboarding-card-sources-go = Choose a source
onboarding-card-directory = Directory (SCIM)
onboarding-card-directory-text = Okta, Entra ID and others push every change at once.
onboarding-card-directory-done = The last sync went well
onboarding-card-directory-open = Not connected
onboarding-card-directory-wrong = The last sync failed
onboarding-card-directory-go = Connect a directory
onboarding-card-domain = Domain
onboarding-card-domain-text = A DNS record proves that the domain is the customer's own.
onboarding-card-domain-done = Verified
onboarding-card-domain-open = Not verified
onboarding-card-domain-go = Open the domain
onboarding-card-delivery = Delivery test
onboarding-card-delivery-text = Until a test has passed, the customer stands as E-mail unverified.
onboarding-card-delivery-done = Passed
onboarding-card-delivery-open = Not passed
onboarding-card-delivery-go = Allow list and delivery test
onboarding-card-brand = Brand
onboarding-card-brand-text = Colour and logo. A new customer begins with yours.
onboarding-card-brand-done = Set
onboarding-card-brand-open = Not set
onboarding-card-brand-go = Open branding

# Step 6
onboarding-review-context = Every answer once more. After the launch the customer serves.
onboarding-edit = Edit
onboarding-edit-of = Edit: { $step }
onboarding-members = Members
onboarding-waiting = Waiting for a seat
onboarding-held = Held, outside the verified domains
onboarding-cost = { $n ->
    [one] { $n } seat of your pool; { $left } are left
   *[other] { $n } seats of your pool; { $left } are left
}
onboarding-untested = The delivery test was not passed. You can launch, but simulations may end in a filter, and the customer stands as E-mail unverified.
onboarding-missing = Left for later:
onboarding-launch = Launch
onboarding-launch-text = { $name } becomes active and can start its first campaign.
onboarding-launch-do = Launch customer
onboarding-launch-closed = The launch is for owners, administrators and technicians. Ask one of them.

onboarding-done-saved = Draft saved
onboarding-done-handed = Draft handed over
onboarding-done-reserved = Reservation saved
onboarding-done-deleted = Draft deleted
