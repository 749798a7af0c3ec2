orders-transfer = Plätze an einen anderen Kunden übertragen
orders-transfer-link = Plätze an einen anderen Kunden übertragen
orders-transfer-sub = Der andere Kunde bekommt sie, wenn die Region dieses Kunden sie hergegeben hat. Der Pool bleibt, wie er ist.
orders-transfer-to = An welchen Kunden
orders-transfer-to-hint = Seine Kontonummer, oder sein Name, wenn nur einer so heißt
orders-transfer-look = Zeigen, was sich ändert
orders-transfer-preview = Was sich ändert
orders-transfer-preview-sub = Noch ist nichts geschehen
orders-transfer-change = { $before } Plätze jetzt, { $after } danach
orders-transfer-do = { $n ->
    [one] { $n } Platz übertragen
   *[other] { $n } Plätze übertragen
}
