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
