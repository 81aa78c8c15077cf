# Messages to customers and technicians (WhatsApp and mail).

msg-otp-login =
    Your { $business } sign-in code: *{ $code }*
    Or open: { $link }
    Valid for { $minutes } minutes. Give this code to nobody, not even to our staff.

msg-otp-phone =
    Code to change the WhatsApp number of your { $business } account: *{ $code }*
    Valid for { $minutes } minutes. Give this code to nobody, not even to our staff.
    If you did not ask to change your number, ignore this message.

msg-ticket-created =
    Hello { $name }, we have your report.
    Ticket number: *{ $number }*
    Subject: { $title }
    We will let you know as soon as there is news.
    { $business }

msg-ticket-assigned =
    Hello { $name }, { $technician } is taking care of ticket *{ $number }*.
    { $business }

msg-ticket-status =
    Hello { $name }, ticket *{ $number }* is now: { $status }.
    { $business }

msg-ticket-eta =
    Hello { $name }, the technician for ticket *{ $number }* is expected { $eta }.
    { $business }

msg-ticket-comment =
    Hello { $name }, there is an answer to ticket *{ $number }*:
    { $comment }
    { $business }

msg-ticket-completed =
    Hello { $name }, the work on ticket *{ $number }* is done.
    Please rate it at { $link }
    Thank you, { $business }

msg-ticket-cancelled =
    Hello { $name }, ticket *{ $number }* was cancelled. Reason: { $reason }
    { $business }

msg-ticket-merged =
    Hello { $name }, ticket *{ $number }* was merged into { $into }. News of it comes with that ticket.
    { $business }

msg-technician-lead =
    { $name }, you lead ticket *{ $number }*.
    Subject: { $title }
    Customer: { $customer }, { $phone }
    Address: { $address }
    { $link }

msg-technician-member =
    { $name }, you help with ticket *{ $number }*.
    Subject: { $title }
    Customer: { $customer }, { $phone }
    Address: { $address }
    { $link }

msg-technician-removed =
    { $name }, ticket *{ $number }* is no longer yours.
    Subject: { $title }

msg-ticket-subject = Ticket { $number }

msg-staff-notice-subject = { $title }
msg-staff-notice =
    { $title }
    { $message }
    { $link }

msg-password-reset-subject = Reset your { $business } password
msg-password-reset =
    Hello { $name },

    Open this link within { $minutes } minutes to choose a new password:
    { $link }

    If you did not ask for this, ignore this mail; your password has not changed.

msg-status-open = Open
msg-status-assigned = Assigned
msg-status-in-progress = In progress
msg-status-on-hold = On hold
msg-status-completed = Completed
msg-status-cancelled = Cancelled

# The mark of a test.
msg-test-mark = [TEST]

msg-otp-registration =
    Your { $business } registration code: *{ $code }*
    Valid for { $minutes } minutes. Give this code to nobody, not even to our staff.

msg-registration-received-subject = We have your registration { $number }
msg-registration-received =
    Hello { $name }, we have your registration for { $package }.
    Registration number: *{ $number }*
    Follow it at { $link }
    { $business }

msg-survey-schedule-subject = Survey date for { $number }
msg-survey-schedule =
    Hello { $name }, the survey for registration *{ $number }* is planned for { $schedule }.
    Address: { $address }
    Who comes: { $technician }
    Answer this message if another time suits you better.
    { $business }

msg-installation-schedule-subject = Installation date for { $number }
msg-installation-schedule =
    Hello { $name }, your internet will be installed on { $schedule }.
    Number: *{ $number }*
    Address: { $address }
    Technician: { $technician }
    Please see that an adult is at home. Answer this message if another time suits you better.
    { $business }

msg-installation-done-subject = Installation done
msg-installation-done =
    Hello { $name }, { $technician } has installed { $package }.
    Customer number: *{ $number }*
    We will tell you as soon as your service is active.
    { $business }

msg-service-activated-subject = Your service is active
msg-service-activated =
    Hello { $name }, your internet service is active.
    Package: { $package }
    Customer number: *{ $number }*
    Your invoices, reports and profile are at { $link }
    { $business }

msg-welcome-subject = Welcome to { $business }
msg-welcome =
    Welcome to { $business }, { $name }!
    Customer number: *{ $number }*
    Package: { $package }
    Sign in to the portal with this WhatsApp number: { $link }
    Any trouble? Just answer this message.

msg-invoice-issued-subject = Invoice { $number }
msg-invoice-issued =
    Hello { $name }, your invoice for { $period } is here.
    Number: *{ $number }*
    Amount: *{ $amount }*
    Due: { $due }
    See and pay it at { $link }
    { $business }

msg-payment-reminder-3-days-before-subject = Invoice { $number } is due in 3 days
msg-payment-reminder-3-days-before =
    Hello { $name }, invoice *{ $number }* of *{ $amount }* is due in 3 days, on { $due }.
    Pay it at { $link }
    If you have paid already, ignore this message. Thank you.
    { $business }

msg-payment-reminder-1-day-before-subject = Invoice { $number } is due tomorrow
msg-payment-reminder-1-day-before =
    Hello { $name }, invoice *{ $number }* of *{ $amount }* is due tomorrow, { $due }.
    Pay it at { $link }
    If you have paid already, ignore this message. Thank you.
    { $business }

msg-payment-reminder-1-day-after-subject = Invoice { $number } is overdue
msg-payment-reminder-1-day-after =
    Hello { $name }, we have not received *{ $amount }* for invoice *{ $number }*. It was due on { $due }.
    Please pay it soon at { $link } so that your service stays active.
    If you have paid already, ignore this message. Thank you.
    { $business }

msg-payment-received-subject = We have your payment { $number }
msg-payment-received =
    Hello { $name }, we have received your payment.
    Payment number: *{ $number }*
    Amount: *{ $amount }* ({ $method })
    For invoice: { $invoice }
    Thank you, { $business }

msg-service-suspended-subject = Service temporarily stopped
msg-service-suspended =
    Hello { $name }, your *service is temporarily stopped* because invoice { $number } of *{ $amount }* is unpaid.
    It is active again as soon as we have your payment. Pay at { $link }
    { $business }

msg-service-reactivated-subject = Your service is active again
msg-service-reactivated =
    Hello { $name }, your { $package } is active again. If you are not online yet, switch your modem off and on.
    Thank you, { $business }

msg-satisfaction-survey =
    Hello { $name }, how did we do with ticket *{ $number }*?
    Please tell us; it takes a minute: { $link }
    Thank you, { $business }

msg-sla-warning =
    Time for ticket *{ $number }* is running out: { $remaining } left.
    Subject: { $title }
    Priority: { $priority }
    Technician: { $technician }
    { $link }

msg-team-message =
    Ticket *{ $number }* for the team
    Subject: { $title }
    Priority: { $priority }
    Customer: { $customer }
    Address: { $address }
    Technician: { $technician }
    { $link }

msg-daily-summary-subject = Summary of { $date }
msg-daily-summary =
    Summary of *{ $date }*
    Tickets opened: { $opened }
    Completed: { $completed }
    Overdue: { $overdue }
    Waiting: { $waiting }
    { $link }

msg-package-upgrade-offer-subject = An offer for you: { $package }
msg-package-upgrade-offer =
    Hello { $name }, your package is { $current }.
    With { $package } your internet is faster, for only { $price } a month.
    Change your package at { $link }
    { $business }

msg-promotion-subject = { $title }
msg-promotion =
    Hello { $name }, *{ $title }*
    { $message }
    Valid until { $until }.
    { $business }

msg-maintenance-broadcast-subject = Network maintenance in { $area }
msg-maintenance-broadcast =
    Hello { $name }, we are doing maintenance in { $area }: { $reason }.
    Time: *{ $schedule }*
    Your internet may be interrupted meanwhile. We are sorry for the inconvenience.
    { $business }

msg-outage-broadcast-subject = Network outage in { $area }
msg-outage-broadcast =
    Hello { $name }, there is a network outage in { $area }. Our team is working on it.
    Expected back: { $estimate }
    You need not report it; we will tell you when it is over. We are sorry for the inconvenience.
    { $business }

msg-emergency-alert-subject = IMPORTANT: { $title }
msg-emergency-alert =
    IMPORTANT: *{ $title }*
    { $message }
    { $business }

msg-auto-menu-subject = What you can ask
msg-auto-menu =
    This is *{ $business }*. Write one of these words:
    • *bill*: your package and its price
    • *ticket*: where your reports stand
    • *help*: how to reach us
    • *stop*: no automatic answers any more
    Your account: { $link }

msg-auto-bill-subject = Your package
msg-auto-bill =
    Hello { $name }, your package is *{ $package }*, { $price } a month.
    For your bill, reply to this message or see { $link }. Our staff will answer.
    { $business }

msg-auto-tickets-subject = Your tickets
msg-auto-tickets =
    Hello { $name }, your open tickets:
    { $tickets }
    More at { $link }
    { $business }

msg-auto-help-subject = How to reach us
msg-auto-help =
    This is *{ $business }*. Write what you need, and our staff will answer in this chat.
    With *menu* you see what is answered at once.
    Reports and account: { $link }

msg-auto-off-subject = Automatic answers are off
msg-auto-off =
    Fine, { $name }: no automatic answers any more. Our staff still read what you write.
    Write *start* to switch them on again.
    { $business }

msg-auto-on-subject = Automatic answers are on
msg-auto-on =
    Hello { $name }, automatic answers are on. Write *menu* to see what you can ask.
    { $business }

msg-tickets-none = You have no open tickets.
msg-tickets-line = • *{ $number }*: { $status }, { $when }
msg-tickets-eta = technician expected { $when }
msg-tickets-due = to be solved by { $when }
msg-tickets-hold = waiting
msg-tickets-late = late; we are working on it
