"""The operators' door: `taihu …`."""
