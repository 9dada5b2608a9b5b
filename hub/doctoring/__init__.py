"""What `allswell doctor` looks at, part by part; hub/cli/doctor.py is the command."""
