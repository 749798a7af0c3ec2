orders-transfer = Carry seats to another customer
orders-transfer-link = Carry seats to another customer
orders-transfer-sub = The other customer gets them when the region of this one has given them up. The pool stays as it is.
orders-transfer-to = To which customer
orders-transfer-to-hint = Its account number, or its name where only one has it
orders-transfer-look = Show what it changes
orders-transfer-preview = What it changes
orders-transfer-preview-sub = Nothing has happened yet
orders-transfer-change = { $before } seats now, { $after } afterwards
orders-transfer-do = { $n ->
    [one] Carry { $n } seat
   *[other] Carry { $n } seats
}
