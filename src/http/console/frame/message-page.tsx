/** A page of one sentence, with a way back. */
export const MessagePage = ({ title, text }: { title: string; text: string }) => (
  <>
    <h1>{title}</h1>
    <p>{text}</p>
    <p>
      <a href="/">To the first page</a>
    </p>
  </>
)
