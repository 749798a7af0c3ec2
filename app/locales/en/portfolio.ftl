portfolio-title = Portfolio overview
portfolio-customers = Customers
portfolio-customers-line = Sorted by health status, issues first
portfolio-new-customer = New customer
portfolio-showing = Showing { $shown } of { $total ->
    [one] { $total } customer
   *[other] { $total } customers
}
portfolio-search = Search name, domain or number
portfolio-words = Search
portfolio-group = Group
portfolio-attention = Needs attention
portfolio-all-well = Nothing needs attention
portfolio-empty = No customers yet
portfolio-empty-line = Create a customer or import your list. Seats come out of your pool.
portfolio-go-on = Go on with its setup
portfolio-open = Open
portfolio-members = Members
portfolio-yes = yes
portfolio-no = no
portfolio-areas = Areas

portfolio-col-customer = Customer
portfolio-col-status = Status
portfolio-col-seats = Seats
portfolio-col-tier = Tier
portfolio-col-pass-rate = Pass rate
portfolio-col-last-campaign = Last campaign
portfolio-col-health = Health
portfolio-col-number = Account number
portfolio-col-kind = Kind
portfolio-col-lifecycle = Stage

portfolio-status-sync-failed = Sync Failed
portfolio-status-email-unverified = Email Unverified
portfolio-status-low-engagement = Low Engagement
portfolio-status-setup-incomplete = Setup Incomplete
portfolio-status-active = Active
portfolio-status-none = No status
portfolio-health-red = Critical
portfolio-health-yellow = Warning
portfolio-health-blue = In setup
portfolio-health-green = Healthy
portfolio-tier-starter = Starter
portfolio-tier-pro = Pro
portfolio-tier-enterprise = Enterprise
portfolio-kind-paid = Paid
portfolio-kind-trial = Trial
portfolio-kind-free = Free
portfolio-kind-internal = Internal
portfolio-lifecycle-provisioning = Provisioning
portfolio-lifecycle-setup = In setup
portfolio-lifecycle-active = Launched
portfolio-lifecycle-disabled = Disabled
portfolio-lifecycle-removed = Removed
portfolio-lifecycle-purged = Purged

portfolio-kpi-customers = Active customers
portfolio-kpi-seats = Total licensed seats
portfolio-kpi-pass-rate = Avg. simulation pass rate
portfolio-kpi-attention = Customers needing attention
portfolio-kpi-organizations = Customers managed
portfolio-kpi-members = Members
portfolio-kpi-networks = Sites
portfolio-of-max = of { $n } allowed
portfolio-of-customers = of { $n ->
    [one] { $n } customer
   *[other] { $n } customers
}
portfolio-this-month = this month
portfolio-of-pool = of { $n } pool
portfolio-points = { $n } pt
portfolio-vs-before = vs. the 30 days before
portfolio-show-customers = Show these customers
portfolio-show-licenses = Show the licence pool

portfolio-chart-seats = Seats allocated
portfolio-chart-pass-rate = Simulation pass rate
portfolio-chart-health = Customers by health
portfolio-chart-health-line = Each part leads to its list
portfolio-series-seats = Seats allocated
portfolio-series-pool = Pool
portfolio-series-low = Low engagement below
portfolio-twelve-months = At the end of each of the last 12 months
portfolio-trailing = 30 days up to the end of each month, weighted by recipients
portfolio-expiring = Expiring licences
portfolio-expiring-line = Orders that end within { $days } days
portfolio-expiring-none = Nothing expires soon
portfolio-expiring-none-line = No order ends within { $days } days.

portfolio-as-of = As it stood at the end of
portfolio-as-of-show = Show that day
portfolio-past = As of { $when }.
portfolio-past-line = Put together from recorded facts; nothing can be changed here.
portfolio-past-back = Back to now

portfolio-export = Export
portfolio-export-line = { $n ->
    [one] { $n } customer, exactly this filter
   *[other] { $n } customers, exactly this filter
}
portfolio-view-name = Name of this view
portfolio-view-shared = Share with the team
portfolio-view-save = Save this view
portfolio-view-remove = Remove { $name }

portfolio-why-status = The first of these that applies: Sync Failed if the last directory sync failed. Setup Incomplete if it is not launched yet. Email Unverified if the last e-mail check failed or none has passed yet. Low Engagement if the pass rate is below { $percent }% or the last campaign (without one: the launch) was more than { $days } days ago. Otherwise Active.
portfolio-why-pass-rate = Of all recipients who got a simulation in the last { $days } days, the share that was not compromised: not compromised ÷ delivered × 100.
portfolio-why-seats = Members that are active now, of the seats this customer holds. What it holds is the sum of all lines of its seat ledger.
portfolio-why-active-customers = Customers that are neither disabled nor removed. Those in setup and on trial count; your own internal organization does not. The change is against the first instant of this month.
portfolio-why-pool-rule = Seats given to paid customers and to your own internal organization, of the seats that all orders running today provide.
portfolio-why-pass-all = Of all recipients of all customers who got a simulation in the last { $days } days, the share that was not compromised: not compromised ÷ delivered × 100. Customers never tested are left out. The change is in percentage points against the { $days } days before, from unrounded rates.
portfolio-why-attention = Customers with a status other than Active.
portfolio-why-organizations = Customers that are not removed; disabled ones count, your own internal organization does not. At the maximum no further customer can be created.
portfolio-why-members = Members of all these customers, whatever their status: active, inactive or waiting for a seat. Deactivating one changes nothing here, removing one does. The maximum is what was agreed for you; nothing is refused at it.
portfolio-why-sync = Last sync
portfolio-why-setup = Launched
portfolio-why-email = E-mail verified
portfolio-why-campaign = Last campaign
portfolio-why-launched = Launched on
portfolio-why-passed = Not compromised
portfolio-why-delivered = Delivered (n)
portfolio-why-active = Active members
portfolio-why-allocated = Allocated
portfolio-why-pool = Pool
portfolio-why-now = Now
portfolio-why-max = Allowed
portfolio-why-month-start = At the start of the month
portfolio-sync-ok = succeeded
portfolio-sync-failed = failed

portfolio-bulk-what = What to change
portfolio-bulk-tier = Set tier to { $tier }
portfolio-bulk-group-add = Add to group { $group }
portfolio-bulk-group-remove = Remove from group { $group }
portfolio-bulk-seats = Seats per customer
portfolio-bulk-seats-add = Add seats
portfolio-bulk-seats-release = Release seats
portfolio-bulk-seats-add-n = Add { $n } seats to each customer
portfolio-bulk-seats-release-n = Release { $n } seats of each customer
portfolio-bulk-assign = Assign to { $name }
portfolio-bulk-technician = Assign to a technician
portfolio-bulk-technician-remove = Take from a technician
portfolio-bulk-preview = Preview
portfolio-bulk-preview-title = Preview of the change
portfolio-bulk-title = Change of several customers
portfolio-bulk-apply = { $n ->
    [one] Change { $n } customer
   *[other] Change { $n } customers
}
portfolio-bulk-undo = { $n ->
    [one] Undo for { $n } customer
   *[other] Undo for { $n } customers
}
portfolio-bulk-back = Back to the list
portfolio-bulk-undone = Undone
portfolio-bulk-missing = The pool has { $n } seats too few for all of them together. The first ones will succeed, the others will be refused.
portfolio-bulk-would = Nothing has been changed yet. Would change: { $done }, already so: { $unchanged }, would be refused: { $refused }.
portfolio-bulk-did = Changed: { $done }, under way: { $pending }, already so: { $unchanged }, refused: { $refused }.
portfolio-bulk-fate = Result
portfolio-bulk-effects = Effects
portfolio-bulk-more = and { $n } more
portfolio-bulk-watch = See how it ends
portfolio-fate-done = Changes
portfolio-fate-pending = Under way
portfolio-fate-unchanged = Already so
portfolio-fate-refused = Refused

portfolio-find-actions = Actions
portfolio-find-pages = Pages
portfolio-find-more = You
portfolio-find-people = People
portfolio-find-own = Your organization
portfolio-find-attention = Customers needing attention
portfolio-find-import = Import customers
portfolio-find-invite = Invite staff
portfolio-effect-tier = Tier
portfolio-effect-seats = Seats
portfolio-effect-releasing = Seats being released
portfolio-effect-joins = Joins the group
portfolio-effect-leaves = Leaves the group
portfolio-full = You have all { $most } customers you may have. Your distributor can raise the limit.
