#!/bin/sh
# Tells nginx which proxies before it are believed, then becomes nginx. FORWARDED_ALLOW_IPS names them: addresses or
# networks, comma-separated. Behind TLS, when none is named, they are the private networks, where Docker itself sits.
set -eu

trusted=${FORWARDED_ALLOW_IPS:-}
case ${DJANGO_HTTPS_PROXY:-false} in
[Ff]alse | FALSE | [Nn]o | NO | [Oo]ff | OFF | 0) ;;
*) trusted=${trusted:-127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7} ;;
esac

: >/tmp/addresses.conf
: >/tmp/networks.conf
for network in $(echo "$trusted" | tr ',' ' '); do
    echo "set_real_ip_from $network;" >>/tmp/addresses.conf
    echo "$network 1;" >>/tmp/networks.conf
done
exec nginx -c /etc/nginx/store.conf -e stderr
