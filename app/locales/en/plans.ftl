nav-subscriptions = Subscriptions
nav-expiring = Expiring licences
hierarchy-tab-subscriptions = Subscriptions
plans-title = Plans
plans-name-standard = Standard
plans-name-trial = Trial
plans-name-free = Free
plans-product-seats = Licence
plans-code = Code
plans-one-context = Its newest version is what is sold; older ones stay with whoever has them.
plans-context = What your customers can be subscribed to. Changing a plan makes a new version of it.
plans-sub = The newest version of each; who has an older one keeps that one
plans-new = New plan
plans-new-sub = Its code and its product never change, the rest makes new versions
plans-make = Make plan
plans-newest = Newest version
plans-plan = Plan
plans-term = Term
plans-term-trial = As the trial says
plans-term-free = Without end
plans-renewal = Renewal
plans-renewal-none = Ends with its term
plans-renewal-every = { $n ->
    [one] Every month
   *[other] Every { $n } months
  }
plans-months = { $n ->
    [one] 1 month
   *[other] { $n } months
  }
plans-days = { $n ->
    [one] 1 day
   *[other] { $n } days
  }
plans-price = Price of a term
plans-customers = Subscriptions
plans-sale = Sale
plans-sale-on = Sold
plans-sale-not = Not sold
plans-sale-over = Sale ended
plans-sale-until = Sold until { $day }
plans-end-of-life = End of life
plans-version = Version
plans-version-n = version { $n }
plans-versions = Versions
plans-versions-sub = None of them ever changes
plans-made = Made
plans-built-in = Comes with Tenantry
plans-product = Product
plans-not-editable = This plan comes with Tenantry and cannot be changed. A trial becomes another plan by an upgrade.
plans-edit = Change the plan
plans-edit-sub = Makes a new version for whoever is subscribed or put on it from now on
plans-edit-do = Make new version
plans-end = End the plan
plans-end-sub = Who has it keeps it, to the end of the term at least
plans-end-do = Save
plans-field-code = Code
plans-field-code-hint = What programs call it: a to z, digits and hyphens
plans-field-product = Product
plans-field-product-hint = “seats” for the licence itself; a customer has one subscription of each product
plans-field-name = Name
plans-field-units = Units per licence
plans-field-term-months = Term in months
plans-field-renew-months = Renews itself for months
plans-field-renew-hint = Empty: it ends with its term
plans-field-notice-days = Notice before the end, in days
plans-field-grace-days = Grace after the end, in days
plans-field-usage-policy = People beyond the seats
plans-field-usage-policy-hint = What happens when more people are to be active than the customer holds seats
plans-field-usage-days = Days of grace for them
plans-field-usage-days-hint = Only with a grace, such as 14 or 30; it begins when they first exceed the seats
plans-field-meter = Charged each month
plans-field-meter-hint = Which units of a customer's month its charge is worked out from, under “Seats by month”
plans-meter-provisioned = The most seats it held, used or not
plans-meter-peak = The most members that were active at once
plans-meter-distinct-month = The different members that were active
plans-meter-end-of-month = The members active at the end of the month
plans-policy-hard = Nobody: they wait for a seat
plans-policy-soft-overage = They come in and are counted as overage
plans-policy-grace = They come in while a grace runs
plans-usage-hard = Nobody comes in beyond the seats
plans-usage-soft-overage = People come in beyond the seats and are counted as overage
plans-usage-grace = { $n ->
    [one] People come in beyond the seats for 1 day
   *[other] People come in beyond the seats for { $n } days
  }
plans-overage-open = { $n ->
    [one] 1 member is active beyond the seats and counted as overage.
   *[other] { $n } members are active beyond the seats and counted as overage.
  }
plans-overage-grace = { $n ->
    [one] 1 member is active beyond the seats. Until { $until } more may come in.
   *[other] { $n } members are active beyond the seats. Until { $until } more may come in.
  }
plans-overage-closed = { $n ->
    [one] 1 member is active beyond the seats. Nobody is put out, and nobody else comes in until all fit.
   *[other] { $n } members are active beyond the seats. Nobody is put out, and nobody else comes in until all fit.
  }
plans-field-price = Price of a term
plans-field-price-hint = In your currency, such as 1800; empty for none
plans-field-end-of-sale = End of sale
plans-field-end-of-sale-hint = Nobody new gets it from that day on; empty: it is sold
plans-field-end-of-life = End of life
plans-field-end-of-life-hint = No term of it begins from that day on; empty: it renews
plans-wrong-number = Write a whole number.
plans-wrong-range = A whole number from { $least } to { $most }.
plans-wrong-price = Write an amount such as 1800, with no more decimals than the currency has.
plans-wrong-code = Write 1 to 40 of a to z, digits, and hyphens within.
plans-wrong-day = Choose a day.
plans-done-made = The plan is made.
plans-done-changed = The new version is made. Who has an older one keeps that one.
plans-done-ends = Saved.
plans-done-subscribed = The customer is subscribed.
plans-done-renewed = The subscription is renewed.
plans-done-plan = The subscription is on the chosen plan.
plans-done-planned = The plan follows at the end of the term.
plans-done-requested = The request was sent. Whoever may change the plan is told.
plans-done-approved = The request is approved, and the plan changed.
plans-done-declined = The request is declined. Nothing was changed.
plans-done-withdrawn = The request is withdrawn. Nothing was changed.
plans-done-renewal = Saved. What was planned for the end of the term is taken back.
plans-subscriptions-context = Every customer by the status of its licences. One with two expired licences counts once.
plans-customers-showing = Showing { $shown } of { $total ->
    [one] { $total } customer
   *[other] { $total } customers
}
plans-license-status = Licence status
plans-status-normal = Normal
plans-status-expiring-soon = Expiring soon
plans-status-grace = In grace
plans-status-expired = Expired
plans-status-suspended = Suspended
plans-status-exceeded = Exceeded allocation
plans-status-locked = Another plan asked for
plans-customer = Customer
plans-customer-name = Customer Name
plans-expiration = Expiration
plans-domain = Domain
plans-term-start = Term began
plans-term-end = Term ends
plans-grace-end = Grace ends
plans-follows = Then
plans-follows-plan = { $plan } follows
plans-follows-same = { $n ->
    [one] Renews for 1 month
   *[other] Renews for { $n } months
  }
plans-follows-nothing = Nothing: it expires
plans-follows-no-end = It has no end
plans-none = No subscriptions yet
plans-none-text = Every customer you create has one.
plans-expiring-context = Licences that end within { $months ->
    [one] one month
   *[other] { $months } months
} from today. What renews itself does not expire.
plans-expiring = Expiring licences
plans-expiring-sub = The next first
plans-expiring-none = Nothing expires within { $months ->
    [one] one month
   *[other] { $months } months
}
plans-expiring-none-text = Licences that renew themselves are not listed.
plans-over = Already expired
plans-over-sub = Licences that have ended, and those of suspended customers; what ended last comes first
plans-meaning = What it means
plans-meaning-suspended = No access until the suspension ends
plans-meaning-trial = On the free plan: at most three people are active
plans-meaning-grace = Its people stay active; the days of grace run
plans-meaning-expired = Its people stay active
plans-over-none = Nothing has expired
plans-export = Export CSV
plans-calendar = { $month } { $year }
plans-calendar-sub = Everything that ends or renews in this month
plans-calendar-none = Nothing ends or renews in this month.
plans-calendar-file = Calendar file
plans-month-before = Month before
plans-month-after = Next month
plans-day-1 = Mon
plans-day-2 = Tue
plans-day-3 = Wed
plans-day-4 = Thu
plans-day-5 = Fri
plans-day-6 = Sat
plans-day-7 = Sun
plans-due-expires = { $name }: { $what } expires
plans-due-renews = { $name }: { $what } renews
plans-due-changes = { $name }: another plan follows { $what }
plans-due-order-ends = Order ends: { $what }
plans-due-more = { $n } more
plans-due-rest = and { $n } more in the calendar file
plans-customer-title = Subscriptions
plans-customer-context = Which plan, until when, and what follows
plans-not-paid = A customer that is not paid for has no plan to change. An upgrade puts it on a paid plan.
plans-nobody-leaves = When this licence expires its people stay active and nothing is deleted. It is said here, in the list of expired licences and by an alert.
plans-trial-ends = When a trial ends, the customer goes on with the free plan: three people stay active, the others wait, and nothing is deleted.
plans-renew = Renew
plans-renew-until = Renew until
plans-renew-term = { $n ->
    [one] one month after its end
   *[other] { $n } months after its end
  }
plans-renew-alone = { $n ->
    [one] Goes on for one month from its end.
   *[other] Goes on for { $n } months from its end.
  }
plans-renew-term-anew = { $n ->
    [one] one month from now
   *[other] { $n } months from now
  }
plans-renew-anew = { $n ->
    [one] A new term of one month begins now.
   *[other] A new term of { $n } months begins now.
  }
plans-renew-with = the end of { $plan }, { $day }
plans-renewal-change = Change its renewal
plans-renewal-save = Save renewal
plans-change = Change plan
plans-change-to = Plan
plans-change-when = When
plans-change-now = Now, with a new term
plans-change-term-end = When the term ends
plans-request = Ask for another plan
plans-request-sub = You may not change the plan yourself: whoever may is told, and approves or declines it. Until then nobody changes or renews it.
plans-requests = Requests for another plan
plans-request-approved = { $who } asked for { $plan }: approved
plans-request-declined = { $who } asked for { $plan }: declined
plans-request-withdrawn = { $who } asked for { $plan }: withdrawn
plans-request-somebody = Somebody
plans-request-waits = { $who } asked for { $plan } on { $day }: it waits for approval. Renewal and plan are locked until then; what renews itself does.
plans-request-changed = The plan is sold on other conditions by now, or not at all: this can be declined or withdrawn only.
plans-request-approve = Approve and change the plan
plans-request-withdraw = Withdraw the request
plans-subscribe = Subscribe
plans-more = Another product
plans-more-sub = With a term of its own from now on
plans-history = What happened
plans-event-begun = Subscribed to { $plan }
plans-event-renewed = Renewed on { $plan }
plans-event-changed = Changed to { $plan }
plans-event-planned = { $plan } is to follow
plans-event-renewal = Renewal decided on { $plan }
plans-event-upgraded = Upgraded to { $plan }
plans-event-aligned = { $plan } renewed to end with another
plans-event-arrived = Came here with { $plan }
plans-event-until = Term until { $day }
refused-plan-taken = Another plan has this code. Choose another, or change that plan.
refused-unknown-plan = There is no plan { $plan } here. Choose one of the list.
refused-sale-ended = The plan { $plan } is sold no more. Choose another; who has it keeps it.
refused-life-ended = No further term of this plan begins. Change to another plan.
refused-trial-plan = A trial or free plan is not changed by hand. Upgrade the customer to a paid plan instead.
refused-other-product = The subscription is one of { $product }. Choose a plan of that product.
refused-already-subscribed = The customer has a subscription of this product. Change its plan instead.
refused-default-plan = New customers begin with this plan: its sale does not end. Give it another version instead.
refused-life-before-sale = A plan’s life cannot end before its sale, or in the past.
refused-unknown-subscription = The customer has no such subscription. Choose another.
refused-ends-sooner = The other subscription does not end later. Choose one that does.
refused-change-planned = Another plan follows at the end of the term. Take that back first by saving the renewal.
refused-too-far = It would last longer than ten years from now. Renew it when it is nearer to its end.
refused-plan-locked = { $asked_by ->
    [null] Somebody
   *[other] { $asked_by }
  } asked for the plan { $plan }, and that waits for approval. Approve, decline or withdraw it first.
refused-plan-not-requested = This request does not wait any more: somebody decided it or withdrew it. Look at the subscription again.
refused-plan-changed = The plan { $plan } is sold on other conditions by now. Decline or withdraw the request, and ask again.
refused-term-over = The term is over. Renew the subscription first.
audit-cmd-licensing-subscriptions-make_plan = Plan made
audit-cmd-licensing-subscriptions-edit_plan = Plan changed
audit-cmd-licensing-subscriptions-end_plan = End of a plan decided
audit-cmd-licensing-subscriptions-subscribe = Customer subscribed
audit-cmd-licensing-subscriptions-change_plan = Subscription put on a plan
audit-cmd-licensing-subscriptions-request_plan = Another plan asked for
audit-cmd-licensing-subscriptions-approve_plan = Request for another plan approved
audit-cmd-licensing-subscriptions-decline_plan = Request for another plan declined
audit-cmd-licensing-subscriptions-withdraw_plan = Request for another plan withdrawn
audit-cmd-licensing-subscriptions-renew = Subscription renewed
audit-cmd-licensing-subscriptions-set_auto_renew = Renewal of a subscription decided
audit-cmd-licensing-subscriptions-settle = Terms of subscriptions booked
