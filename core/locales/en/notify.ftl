# Texts of the notification centre.

notify-ticket-created-title = New ticket { $number }
notify-ticket-created-message = { $title } — { $customer }
notify-ticket-assigned-title = Ticket { $number } is yours
notify-ticket-assigned-message = { $title } — { $customer }
notify-ticket-unassigned-title = Ticket { $number } was taken back
notify-ticket-unassigned-message = { $title }: { $actor } took it from you
notify-ticket-priority-title = Priority of { $number }: { $priority }
notify-ticket-priority-message = { $title } — changed by { $actor }
notify-ticket-customer-comment-title = { $customer } wrote on { $number }
notify-ticket-customer-comment-message = { $title }
notify-ticket-note-title = New note on { $number }
notify-ticket-note-message = { $title } — by { $actor }
notify-ticket-completed-title = Ticket { $number } is done
notify-ticket-completed-message = { $title } — completed by { $actor }
notify-ticket-cancelled-title = Ticket { $number } was cancelled
notify-ticket-cancelled-message = { $title }: { $reason }
notify-ticket-merged-title = Ticket { $number } merged
notify-ticket-merged-message = { $title }: goes on as { $into }
notify-ticket-reopened-title = Ticket { $number } was opened again
notify-ticket-reopened-message = { $title }: { $reason }
notify-ticket-rated-low-title = Low rating for { $number }
notify-ticket-rated-low-message = { $customer } gave { $rating } of 5: { $title }
notify-ticket-rated-title = { $number } was rated
notify-ticket-rated-message = { $customer } gave { $rating } of 5: { $title }
notify-message-received-title = Message received
notify-message-received-message =
    { $known ->
        [yes] A new message from { $customer } waits for an answer
       *[no] A new message from an unregistered number waits for an answer
    }
notify-job-died-title = Job failed: { $kind }
notify-job-died-message = It is not tried again: { $reason }
notify-queue-paused-title = Queue paused: { $queue }
notify-queue-paused-message = { $actor } paused it; its jobs wait. Reason: { $reason }
notify-provider-disconnected-title = WhatsApp provider { $number } is disconnected
notify-provider-disconnected-message = It sends nothing until somebody connects its device again. Reason: { $reason }
notify-provider-connected-title = WhatsApp provider { $number } is connected again
notify-provider-connected-message = Messages go through it again
notify-provider-changed-title = WhatsApp provider { $number } was changed
notify-provider-changed-message = { $actor } changed: { $fields }
notify-user-locked-title = Account { $number } is locked
notify-user-locked-message = { $failures } wrong passwords
notify-account-security-title = Your account's security changed
notify-account-security-message = If this was not you, tell an administrator at once
notify-conversation-assigned-title = A conversation is yours
notify-conversation-assigned-message = { $actor } gave you a conversation to answer.
