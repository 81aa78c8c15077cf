fmt-just-now = just now
fmt-under-a-minute = less than a minute
fmt-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
fmt-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
fmt-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
fmt-ago-minutes = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
}
fmt-ago-hours = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
}
fmt-ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
fmt-in-minutes = { $n ->
    [one] in { $n } minute
   *[other] in { $n } minutes
}
fmt-in-hours = { $n ->
    [one] in { $n } hour
   *[other] in { $n } hours
}
fmt-in-days = { $n ->
    [one] in { $n } day
   *[other] in { $n } days
}
