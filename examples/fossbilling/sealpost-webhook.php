<?php

declare(strict_types=1);

/**
 * Takes Sealpost's webhooks: verifies each and gives its event to `take` of the settings, once for each webhook-id. The
 * settings are a PHP file that returns
 *
 *     ['secrets' => ['whsec_...'], 'seen' => '/var/lib/sealpost-seen', 'take' => function (array $event): void { ... }]
 *
 * and lies where no browser gets it: SEALPOST_WEBHOOK_SETTINGS names it, else it is beside the folder that this file is in.
 */

/**
 * The event of a call, or a RuntimeException that says why it is none of ours (Standard Webhooks, symmetric signatures).
 * Headers with names in lower case; the body as it came. While a secret is changed the call has two signatures and the
 * settings may have two secrets: one pair has to fit.
 */
function sealpost_verify(array $secrets, array $headers, string $body, ?int $now = null): array
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || preg_match('/^\d{1,12}$/', $timestamp) !== 1) {
        throw new RuntimeException('this is no webhook');
    }
    if (abs(($now ?? time()) - (int) $timestamp) > 300) {
        throw new RuntimeException('this webhook is too old');
    }
    foreach ($secrets as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        // An empty key is one that anybody has.
        if ($key === false || $key === '') {
            continue;
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $headers['webhook-signature'] ?? '') as $signature) {
            if (hash_equals($expected, $signature)) {
                return json_decode($body, true, 64, JSON_THROW_ON_ERROR);
            }
        }
    }

    throw new RuntimeException('the signature does not fit');
}

/**
 * The status and the text to answer. An id that was taken is a file in `seen`; while its event is being taken the file is
 * locked, and it is written when `take` has returned. So what comes twice at once is taken once, and what failed, or was
 * killed half-way, is taken again when it comes again.
 */
function sealpost_take(array $settings, array $headers, string $body, ?int $now = null): array
{
    try {
        $event = sealpost_verify($settings['secrets'], $headers, $body, $now);
    } catch (RuntimeException | JsonException $refused) {
        return [401, $refused->getMessage()];
    }
    $mark = @fopen($settings['seen'] . '/' . hash('sha256', $headers['webhook-id']), 'c+');
    if ($mark === false || !flock($mark, LOCK_EX)) {
        return [503, 'the folder of ids that were taken cannot be written'];
    }
    try {
        if (stream_get_contents($mark) !== '') {
            return [204, ''];
        }
        ($settings['take'])($event);
        if (fwrite($mark, 'taken') === false || !fflush($mark)) {
            return [503, 'the id could not be kept'];
        }

        return [204, ''];
    } catch (Throwable $failed) {
        error_log("the webhook {$headers['webhook-id']} failed: {$failed->getMessage()}");

        return [500, 'the event could not be taken; the log says why'];
    } finally {
        fclose($mark);
    }
}

/** The number of the FOSSBilling order that an event is about, as the registrar module wrote it; null where it is none. */
function sealpost_order_of(array $event): ?int
{
    return preg_match('/^fossbilling-(\d+)-/', (string) ($event['data']['billingOrderId'] ?? ''), $found) === 1 ? (int) $found[1] : null;
}

if (PHP_SAPI !== 'cli' && realpath($_SERVER['SCRIPT_FILENAME'] ?? '') === __FILE__) {
    $headers = [];
    foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
        $headers[$name] = (string) ($_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '');
    }
    $settings = require getenv('SEALPOST_WEBHOOK_SETTINGS') ?: dirname(__DIR__) . '/sealpost-webhook-settings.php';
    [$status, $text] = sealpost_take($settings, $headers, (string) file_get_contents('php://input'));
    http_response_code($status);
    header('Content-Type: text/plain');
    echo $text;
}
