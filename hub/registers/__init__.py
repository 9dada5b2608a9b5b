"""What is written down, signed and reviewed: pure rules over the registers of policy/words.py.

`kinds` declares each register (fields, verbs, states), `rule` decides, `dues` tells what falls due
and when. Rule: as in hub/rules, no I/O, no clock, no logging; times and roles come from the
policy's `[[register]]` and `[[review]]` rows, and what is known of people from `seen`.
"""
