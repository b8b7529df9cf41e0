"""Distances on the globe as the database computes them: along great circles, in a box that an index finds."""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin

from django.db.models import F, FloatField, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import ASin, Cast, Cos, Power, Radians, Sin, Sqrt

EARTH_RADIUS_M = 6_371_008.8  # the mean one of WGS 84
_SLACK_M = 1  # of the box: its sides are rounded to the digits of the columns


@dataclass(frozen=True)
class Spot:
    """A spot on the globe, in degrees (WGS 84)."""

    lat: float
    lon: float


def box_around(spot: Spot, radius_km: float) -> Q:
    """Return the condition of rows with `lat` and `lon` in the smallest box that holds the circle."""
    angle = (radius_km * 1000 + _SLACK_M) / EARTH_RADIUS_M
    south, north = spot.lat - degrees(angle), spot.lat + degrees(angle)
    box = Q(lat__range=(south, north))
    if south <= -90 or north >= 90:
        return box  # a pole lies in the circle, and with it every longitude
    half = degrees(asin(sin(angle) / cos(radians(spot.lat))))
    west, east = spot.lon - half, spot.lon + half
    between = Q(lon__range=(west, east))
    if west < -180:  # across the date line the box goes on at the other end of the map
        between |= Q(lon__gte=west + 360)
    if east > 180:
        between |= Q(lon__lte=east - 360)
    return box & between


def metres_from(spot: Spot) -> Combinable:
    """Return the expression of the distance between the spot and a row with `lat` and `lon` (haversine)."""
    lat, lon = Radians(Cast(F("lat"), FloatField())), Radians(Cast(F("lon"), FloatField()))
    from_lat, from_lon = Value(radians(spot.lat), FloatField()), Value(radians(spot.lon), FloatField())
    two = Value(2.0, FloatField())
    across = Power(Sin((lat - from_lat) / two), two)
    along = Cos(lat) * Cos(from_lat) * Power(Sin((lon - from_lon) / two), two)
    return Value(2 * EARTH_RADIUS_M, FloatField()) * ASin(Sqrt(across + along))
