# What happened, on timelines.

event-undone = { $text } (change undone)
event-actor-team = Our team
event-actor-you = You
event-actor-system = System

event-status-open = open
event-status-assigned = assigned
event-status-in-progress = in progress
event-status-on-hold = on hold
event-status-completed = completed
event-status-cancelled = cancelled

event-priority-critical = critical
event-priority-high = high
event-priority-normal = normal
event-priority-low = low

event-ticket-created =
    Reported { $channel ->
        [portal] on the portal
        [whatsapp] by WhatsApp
        [phone] by phone
        [monitoring] by network monitoring
       *[staff] by a colleague
    }: { $title }
event-ticket-updated = Changed: { $fields }
event-ticket-assigned = Assigned to { $lead }
event-ticket-assigned-with = Assigned to { $lead } with { $members }
event-ticket-unassigned = Taken from the team
event-ticket-status-changed = Status from { $from } to { $to }
event-ticket-status-changed-why = Status from { $from } to { $to }: { $reason }
event-ticket-priority-changed = Priority from { $from } to { $to }
event-ticket-priority-changed-why = Priority from { $from } to { $to }: { $reason }
event-ticket-eta-set = Technician expected { $eta }
event-ticket-eta-removed = Expected arrival removed
event-ticket-commented = Comment
event-ticket-noted = Internal note
event-ticket-file-attached = File attached: { $name }
event-ticket-checklist-done = Ticked off: { $line }
event-ticket-checklist-reopened = Opened again on the checklist: { $line }
event-ticket-completed =
    { $intime ->
        [yes] Completed in time
       *[no] Completed
    }
event-ticket-cancelled = Cancelled: { $reason }
event-ticket-reopened = Opened again: { $reason }
event-ticket-rated = Rated { $rating } of 5
event-ticket-rated-why = Rated { $rating } of 5: { $comment }
event-ticket-merged = Merged into { $number }
event-ticket-parent-set = Put under a parent ticket
event-ticket-parent-removed = Taken from its parent ticket

event-of-ticket = { $number }: { $text }

event-account-pending-installation = waiting for installation
event-account-active = active
event-account-suspended = suspended
event-account-terminated = terminated
event-customer-created = Became customer { $number }
event-customer-updated = Changed: { $fields }
event-customer-status-changed = Account from { $from } to { $to }
event-customer-status-changed-why = Account from { $from } to { $to }: { $reason }
event-customer-tagged = Tag { $tag } put on
event-customer-untagged = Tag { $tag } taken off
event-customer-revealed = Personal data looked at
event-customer-code-requested = Asked for a sign-in code of the portal
event-customer-signed-in = Signed in to the portal
event-customer-sign-in-failed = Failed to sign in to the portal
event-customer-phone-change-requested = Asked to change the number
event-customer-phone-change-failed = Failed to change the number
event-customer-phone-changed = Changed the WhatsApp number
event-customer-signed-out = Signed out of the portal
event-message-received = Message from the customer received
event-session-revoked = A session of the portal was ended

event-field-name = name
event-field-phone = phone
event-field-email = e-mail
event-field-pic-name = person in charge
event-field-pic-phone = person in charge's phone
event-field-address = address
event-field-latitude = coordinates
event-field-longitude = coordinates
event-field-notes = notes
event-field-type = type
event-field-area-id = area
event-field-odp-id = ODP
event-field-odp-port = ODP port
event-field-package-id = package
event-field-pppoe-username = PPPoE user
event-field-ip-mode = IP mode
event-field-ip-address = IP address
event-field-portal-enabled = portal access
event-field-locale = language
event-field-notify-whatsapp = news by WhatsApp
event-field-notify-email = news by e-mail
event-field-title = title
event-field-description = description
event-field-category = category
event-field-preferred-at = customer's preferred visit
event-field-contact-preference = way of contact
event-field-enabled = in use
event-field-rank = order
event-field-limit = limit
event-field-window-s = window of the limit
event-field-concurrency = messages at once
event-field-daily-cap = daily cap
event-field-cost = cost per message
event-field-auto-answers = automatic answers
