<?php

declare(strict_types=1);

/**
 * The calls of the gateway that the registrar module needs. What the gateway refuses, and what does not reach it, is a
 * Registrar_Exception with a sentence that says what to do; its code is the HTTP status, 0 where there was no answer.
 */
final class Registrar_Adapter_Sealpost_Gateway
{
    private const OPEN = ['awaiting-payment', 'awaiting-approval', 'queued', 'sent', 'acknowledged', 'uncertain'];

    /** $wait: seconds that `settled` waits for the registry at most. */
    public function __construct(
        private readonly string $url,
        private readonly string $token,
        private readonly int $wait,
    ) {
    }

    /** The domain as the gateway knows it; null where it does not. */
    public function domain(string $name): ?array
    {
        try {
            return $this->call('GET', '/v1/domains/' . rawurlencode($name));
        } catch (Registrar_Exception $refused) {
            if ($refused->getCode() === 404) {
                return null;
            }
            throw $refused;
        }
    }

    /** The TLDs that orders are taken for, without dots. */
    public function tlds(): array
    {
        return array_column($this->call('GET', '/v1/tlds?limit=200')['items'], 'unicodeTld');
    }

    /** `live`, or `test`: nothing of it is real. */
    public function modeOf(string $tld): string
    {
        return $this->call('GET', '/v1/tlds/' . rawurlencode($tld))['mode'];
    }

    /**
     * Orders of a domain whose billing id is $prefix and a number, the newest first.
     */
    public function ordersOf(string $name, string $prefix): array
    {
        $page = $this->call('GET', '/v1/orders?limit=200&domain=' . rawurlencode($name));

        return array_values(array_filter(
            $page['items'],
            static fn (array $order): bool => preg_match('/^' . preg_quote($prefix, '/') . '\d+$/', $order['billingOrderId']) === 1,
        ));
    }

    /**
     * Places an order whose billing id is $prefix and its number: one more than those that are over. So a call that is made
     * again, because FOSSBilling tries again or an answer was lost, is answered with the order that is open; and once that
     * one was refused or cancelled there is a new one.
     */
    public function place(string $prefix, array $order): array
    {
        $over = array_filter($this->ordersOf($order['domain'], $prefix), fn (array $one): bool => !$this->isOpen($one));
        $id = $prefix . (count($over) + 1);
        $body = ['billingOrderId' => $id] + $order;
        $key = $id . '-' . substr(hash('sha256', self::json($body)), 0, 16);

        return $this->taken($this->call('POST', '/v1/orders', $body, ["Idempotency-Key: $key"]));
    }

    /** The order as it is once it is over, or after `wait` seconds. */
    public function settled(array $order): array
    {
        for ($until = time() + $this->wait, $pause = 0.25; $this->isOpen($order) && time() < $until; $pause = min(2, $pause * 2)) {
            usleep((int) ($pause * 1_000_000));
            $order = $this->call('GET', '/v1/orders/' . rawurlencode($order['id']));
        }

        return $this->taken($order);
    }

    public function cancel(string $id): void
    {
        $this->call('POST', '/v1/orders/' . rawurlencode($id) . '/cancel');
    }

    public function isOpen(array $order): bool
    {
        return in_array($order['status'], self::OPEN, true);
    }

    /** An order that ended badly is an exception in the registry's own words. */
    private function taken(array $order): array
    {
        if ($order['status'] === 'done' || $this->isOpen($order)) {
            return $order;
        }
        $why = implode(': ', array_filter([$order['code'], $order['reason']], static fn ($part): bool => $part !== null));

        throw new Registrar_Exception("{$order['unicodeName']}: the {$order['action']} order is {$order['status']}. $why");
    }

    private function call(string $method, string $path, ?array $body = null, array $headers = []): array
    {
        // An answer may be lost on its way; every call here can be made again.
        $answer = $this->request($method, $path, $body, $headers) ?? $this->request($method, $path, $body, $headers);
        if ($answer === null) {
            throw new Registrar_Exception("Sealpost gave no answer at {$this->url}. See that it runs and that its address is right in the settings of the registrar, then try again.");
        }
        [$status, $text] = $answer;
        $read = json_decode($text, true);
        if ($status >= 200 && $status < 300 && is_array($read)) {
            return $read;
        }

        throw new Registrar_Exception($this->problemOf($status, $read), null, $status);
    }

    /** What is wrong and what to do, field by field (RFC 9457). */
    private function problemOf(int $status, mixed $problem): string
    {
        if (!is_array($problem) || !is_string($problem['detail'] ?? null)) {
            return "Sealpost answered with the status $status at {$this->url}. See that this is the address of its API.";
        }
        $fields = array_map(
            static fn (array $one): string => "{$one['pointer']}: {$one['detail']}",
            $problem['errors'] ?? [],
        );

        $more = array_filter($fields, static fn (string $field): bool => !str_contains($problem['detail'], $field));

        return implode(' ', [$problem['detail'], ...$more]);
    }

    /** The status and the body; null where no answer came. */
    private function request(string $method, string $path, ?array $body, array $headers): ?array
    {
        $http = [
            'method' => $method,
            'header' => ["Authorization: Bearer {$this->token}", 'Content-Type: application/json', ...$headers],
            'ignore_errors' => true,
            'follow_location' => 0,
            'timeout' => 30.0,
        ];
        if ($body !== null) {
            $http['content'] = self::json($body);
        }
        // FOSSBilling's setting for the address that calls leave from.
        $socket = defined('BIND_TO') ? ['bindto' => constant('BIND_TO')] : [];
        $stream = @fopen($this->url . $path, 'r', false, stream_context_create(['http' => $http, 'socket' => $socket]));
        if ($stream === false) {
            return null;
        }
        $text = stream_get_contents($stream);
        $meta = stream_get_meta_data($stream);
        fclose($stream);
        if ($text === false || $meta['timed_out'] || preg_match('/^HTTP\/\S+ (\d{3})/', $meta['wrapper_data'][0] ?? '', $line) !== 1) {
            return null;
        }

        return [(int) $line[1], $text];
    }

    private static function json(array $value): string
    {
        return json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }
}
