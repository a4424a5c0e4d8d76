"""Topic pages, composed from `pages.yaml`: what is wrong now, map, key figures, lists, the data behind them."""
