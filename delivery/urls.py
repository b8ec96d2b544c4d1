from django.urls import path

from delivery.views import deliveries, exports, webhooks

app_name = "delivery"
urlpatterns = [
    path("export/", exports.export_list, name="export-list"),
    path("export/new/", exports.export_create, name="export-create"),
    path("export/progress/", exports.export_progress, name="export-progress"),
    path("export/<uuid:pk>/file/", exports.export_download, name="export-download"),
    path("webhooks/", webhooks.webhook_list, name="webhook-list"),
    path("webhooks/new/", webhooks.webhook_create, name="webhook-create"),
    path("webhooks/<uuid:pk>/", webhooks.webhook_detail, name="webhook-detail"),
    path("webhooks/<uuid:pk>/edit/", webhooks.webhook_edit, name="webhook-edit"),
    path("webhooks/<uuid:pk>/secret/", webhooks.webhook_rotate, name="webhook-rotate"),
    path("webhooks/<uuid:pk>/switch/", webhooks.webhook_switch, name="webhook-switch"),
    path("webhooks/<uuid:pk>/test/", webhooks.webhook_test, name="webhook-test"),
    path("webhooks/<uuid:pk>/replay/", webhooks.webhook_replay, name="webhook-replay"),
    path("webhooks/<uuid:pk>/delete/", webhooks.webhook_delete, name="webhook-delete"),
    path("webhooks/deliveries/<uuid:pk>/", deliveries.delivery_detail, name="delivery-detail"),
    path("webhooks/deliveries/<uuid:pk>/progress/", deliveries.delivery_progress, name="delivery-progress"),
    path("webhooks/deliveries/<uuid:pk>/replay/", deliveries.delivery_replay, name="delivery-replay"),
]
