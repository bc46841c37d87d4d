from django.urls import path

from aid.views import families, gifts

urlpatterns = [
    path("families/", families.family_list, name="families"),
    path("families/new/", families.new, name="family_new"),
    path("families/<int:pk>/", families.family, name="family"),
    path("families/<int:pk>/member/", families.member, name="family_member"),
    path("families/<int:pk>/<slug:move>/", families.move, name="family_move"),
    path("aid/", gifts.handouts, name="handouts"),
    path("aid/new/", gifts.handout_new, name="handout_new"),
    path("aid/gifts/", gifts.donations, name="donations"),
    path("aid/gifts/new/", gifts.donation_new, name="donation_new"),
    path("aid/gifts/<int:pk>/", gifts.donation, name="donation"),
]
