"""What tests are built on: servers, processes, proxies, browsers, forms."""
