center-title = Command Center
center-line = Paid subscriptions and trials of all your customers, and what there is to see to
center-add = Add customer
center-paid = Paid subscriptions
center-active-trials = Active trials
center-expired-trials = Expired trials
center-search = Search name, domain or account number
center-view = View
center-cards = Cards
center-list = List
center-none-paid = No paid subscriptions yet
center-none-paid-text = Customers with a paid subscription appear here.
center-none-active-trials = No trial is running
center-none-active-trials-text = A customer that is added as a trial appears here until the trial ends.
center-none-expired-trials = No trial has expired
center-none-expired-trials-text = Trials move here at the instant they end. They go on with a free plan for three members.
center-customer = Customer
center-users = Total users
center-active = Active users
center-alarms = Alarms
center-agents = Agents not reporting
center-insights = To see to
center-expiring = Licence runs out
center-trial-ending = Trial ends soon
center-over = No seat free
center-over-trial = No seat free: upgrade
center-ends = Trial ends
center-ended = Trial ended
center-waiting = Waiting
center-left = Days left
center-days-left = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
center-open = Open
center-upgrade = Upgrade
center-extend = Extend
center-remove = Remove
center-sum = { $customers ->
    [one] { $customers } customer
   *[other] { $customers } customers
} in all: { $users } users, { $active } of them active; { $alarms } alarms; { $agents } agents not reporting; { $expiring } near an end or over it; { $over } without a free seat.
center-sum-formula = The sum over every customer of this list that you see and that your search finds, on whatever page it stands. Removed customers are in no list. Users are counted whatever their status; those who wait and those who are inactive are not active. Alarms are open alerts.
center-active-users = Active Users
center-active-formula = The users you are billed for: the active members of all customers with a paid subscription. Trials and the free plan take no seats of your pool and are not counted here; the monthly active accounts of Metering count everybody.
center-active-paid = Paid subscriptions (billed)
center-active-trial = Active trials (not billed)
center-active-free = Free plan (not billed)
center-trial = Trial
center-trial-of = The trial of { $name }
center-standing = How it stands
center-plan = Plan
center-plan-priced = { $units ->
    [one] { $plan }: { $price } for { $months }
   *[other] { $plan }: { $price } for { $months } and { $units } units
  }
center-free-note = The trial has ended. On the free plan three members are active, and there is no sync, no campaign, no token and no brand of its own. Nothing is deleted: an extension or an upgrade brings all of it back.
center-paid-note = This customer is on a paid plan; it has no trial.
center-upgrade-sub = From trial to a paid subscription: seats come from your pool, and billing starts now
center-seats = Seats
center-seats-hint = { $available } seats are available in your pool. At least as many as members are active.
center-extend-sub = More time, counted from the end of the trial, or from now if it has ended
center-days = Days
center-extend-hint = You may extend this trial { $left } more times yourself, by { $days } days at most. Beyond that your distributor is asked.
center-reason = Reason
center-stay = Who stays active when the trial ends
center-stay-sub = The others wait, with everything that is known of them
center-stay-line = { $most } members stay active on the free plan; { $n } would wait.
center-stay-nth = Member { $n }
center-stay-usual = Usual order: the primary administrator, then whoever was first
center-stay-save = Save the choice
center-free = Who is active on the free plan
center-free-line = { $most } members may be active on the free plan. Choose others who wait, and they take the places of those you leave out.
center-free-nobody = Nobody in particular: whoever is active stays
center-extensions = Extensions
center-days-more = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
center-request-granted = Extended
center-request-waiting = Waits for the distributor
center-request-approved = Approved
center-request-declined = Declined
center-request-withdrawn = Withdrawn
center-withdraw = Withdraw
center-done-extended = The trial was extended.
center-done-asked = Your distributor was asked.
center-done-upgraded = The customer has a paid subscription now.
center-done-stay = The choice was saved.
center-done-withdrawn = The request was withdrawn.
