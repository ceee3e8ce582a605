# Everything is made on the page.
