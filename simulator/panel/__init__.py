"""`allswell-sim panel`: virtual pendants to press in a browser, beside the live board.

The rule it keeps: the page is fingers, skin and weather, never a copy of anything. What it shows
came from a real pendant, hub, broker or page; what is pressed goes to the real buttons.
"""
