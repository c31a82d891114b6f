"""Where the portal meets the outside world: files, mail and other people's web services.

Each module fulfils one of the ports in portal/ports.py and turns foreign errors into ours. No feature logic lives here.
"""
