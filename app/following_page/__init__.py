"""Parts of the pages Build a plan and Scenarios and trade-offs that follow a plan: questions, milestones, what was done, the change log.

adopting.py   take a plan as the organisation's own
asking.py     the delivery questions, and the owner's response to each
reaching.py   milestones, and the form that changes one
recording.py  what was done beside the plan, the forms to record it, and the button that plans again from it
telling.py    the change log
readers.py    answers of the use cases, kept for the session that asked
words.py      what is shown, written as text
"""
