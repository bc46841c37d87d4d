from django.urls import path

from campaigns import views

urlpatterns = [
    path("campaign/", views.campaign, name="campaign"),
    path("orders/", views.orders, name="orders"),
    path("orders/new/", views.order_new, name="order_new"),
    path("orders/<int:pk>/", views.order, name="order"),
]
