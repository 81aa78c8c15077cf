# Pieces that every page has.
frame-skip = Skip to content
frame-problem = There is a problem
frame-error-prefix = Error:
frame-error-id = Tell us this number if you contact us:
frame-home = Back to the start page
frame-call = Need help? Call customer service on { $phone }.
frame-again-title = This form is no longer valid
frame-again-text = The page was open for too long or you signed in again in another tab. Go back, reload the page and send it again.
frame-not-found-title = Page not found
frame-not-found-text = There is no such page, or it is not yours. Check the address or begin at the start page.
frame-forbidden-title = You may not open this page
frame-forbidden-text = Your account does not have the permission for this. Ask an administrator if you need it.
frame-sign-in-title = Please sign in first
frame-sign-in-text = Your sign-in has ended. Sign in again to go on.
frame-wait-title = Too many tries
frame-wait-text = Wait { $span }, then try again.
frame-too-large-title = The file is too large
frame-too-large-text = Send photos of at most 10 MB and videos of at most 50 MB, at most 5 files.
frame-conflict-title = This cannot be done now
frame-conflict-text = Things have changed. Go back and reload the page to see how they stand.
frame-bad-title = The form could not be read
frame-bad-text = Go back, check what you entered and send it again.
frame-busy-title = The service is not available right now
frame-busy-text = Your data is safe and nothing was saved by half. Try again in a moment.
frame-broken-title = Something went wrong on our side
frame-broken-text = This is not your fault. Try again; if it still happens, contact us.

# What is wrong with a field, by its code, where a form has no words of its own.
frame-field-required = Fill this in.
frame-field-too-long = This is too long. Shorten it.
frame-field-control-characters = This contains characters that cannot be seen. Type it again.
frame-field-out-of-range = The value is out of bounds.
frame-field-unknown = Choose one of those offered.
frame-field-taken = Already in use. Take another.
frame-field-invalid = This cannot be read. Check it.
