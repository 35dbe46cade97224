"""The sound of a call: what the caller says and hears, carried by Asterisk's chan_websocket."""
