#!/bin/sh
# Tells nginx whether there is IPv6 and which proxies in front of it to trust, then becomes nginx. FORWARDED_ALLOW_IPS
# lists them: addresses or networks, comma-separated. Behind TLS, if none is listed, they are the private networks,
# which include Docker's own.
set -euf

refuse() {
    echo "The configuration is invalid. $1" >&2
    exit 1
}

trusted=${FORWARDED_ALLOW_IPS:-}
case $(echo "${DJANGO_HTTPS_PROXY:-false}" | tr '[:upper:]' '[:lower:]') in
false | no | off | 0) ;;
true | yes | on | 1) trusted=${trusted:-127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7} ;;
*) refuse "DJANGO_HTTPS_PROXY must be true or false." ;;
esac

# As in nginx's own image: without IPv6, a listener for it would keep nginx from starting.
: >/tmp/listen.conf
if [ -f /proc/net/if_inet6 ]; then
    echo "listen [::]:8000;" >/tmp/listen.conf
fi

: >/tmp/addresses.conf
: >/tmp/networks.conf
for network in $(echo "$trusted" | tr ',' ' '); do
    case $network in
    *[!0-9a-fA-F.:/]*) refuse "FORWARDED_ALLOW_IPS must be IP addresses or networks, comma-separated." ;;
    esac
    echo "set_real_ip_from $network;" >>/tmp/addresses.conf
    echo "$network 1;" >>/tmp/networks.conf
done
exec nginx -c /etc/nginx/store.conf -e stderr
