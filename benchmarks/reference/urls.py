"""The addresses of the reference."""

from django.urls import path

from benchmarks.reference import orders, plain, reads

urlpatterns = [
    path("bare/<str:name>", reads.bare_view),
    path("cache/<str:name>", reads.bare_cache),
    path("own/<str:name>", reads.bare_cache_of_user),
    path("orders", orders.place),
    path("plain", plain.PlainProducts.as_view()),
]
