# Lines of checklists.

checklist-route-cable = Route the cable
checklist-splice = Splice the fibre
checklist-measure-attenuation = Measure the attenuation
checklist-mount-modem = Mount the modem
checklist-configure-wifi = Configure the Wi-Fi
checklist-speed-test = Run a speed test
checklist-explain-to-customer = Explain to the customer
checklist-tidy-up = Tidy up
checklist-find-cause = Find the cause
checklist-mend = Mend it
checklist-inspect = Inspect
checklist-clean-connectors = Clean the connectors
checklist-document = Document
checklist-change-profile = Change the profile
checklist-test-coverage = Test the coverage
checklist-take-modem = Take the modem back
checklist-free-port = Free the ODP port
checklist-find-odp = Find the nearest ODP
checklist-measure-cable = Measure the cable
checklist-take-pictures = Take pictures
